import { existsSync } from 'node:fs'
import { advice } from './advice.ts'
import { examine, tableOf } from './examine.ts'
import { expectedParts } from './expected-parts.ts'
import { readFound } from './found.ts'
import { readLock } from './lock.ts'
import { neighboursFrom, neighboursOf } from './neighbours.ts'
import { clusterElsewhere } from './parts/postgres.ts'
import { lives } from './prepare/process-identity.mjs'
import { settingsFrom } from './prepare/settings.mjs'
import { readSecrets } from './secrets.ts'

/**
 * What `npm run doctor` says about the stack that runs, or the one that these settings would start; `well` when nothing needs doing.
 * Throws when the settings are wrong or nothing is prepared.
 */
export const diagnose = async (env: NodeJS.ProcessEnv, root: string): Promise<{ lines: string[]; well: boolean }> => {
  const settings = settingsFrom(env, root)
  const held = readLock(settings.home)
  const lock = held && lives(held) ? held : undefined
  const secrets = readSecrets(settings.home)
  const { offset, events } = lock ?? settings
  const found = lock?.found ?? readFound(root, env)
  const neighbours = lock ? neighboursOf(lock, secrets) : neighboursFrom(env, secrets)
  const parts = expectedParts({ root, home: settings.home, found, offset, events, secrets, neighbours })
  const rows = await examine(parts, lock)
  const { lines, totalMb } = tableOf(rows)
  const elsewhere = found.documents.kind === 'ferretdb' ? clusterElsewhere(settings.home) : undefined
  const urgent = advice(settings.home, elsewhere)
  return {
    lines: [
      ...lines, '', lock ? `CyberTask runs at ${lock.url}; ${totalMb} MB in all.` : 'CyberTask does not run: npm start.',
      ...(parts.every(part => part.there) ? [] : ['What is gone or not prepared, npm start gets.']),
      ...(elsewhere && existsSync(elsewhere) ? [`The documents lie in ${elsewhere}: root's state folder was closed to the user of PostgreSQL.`] : []),
      ...urgent,
    ],
    well: rows.every(row => row.well) && urgent.length === 0,
  }
}
