import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { preparePostgres } from './postgres.mjs'

const line = { say: () => {}, tell: () => {}, done: () => {}, fail: () => {} }
/** A machine on whose PATH is a PostgreSQL of each version and nothing else, and a state folder whose documents are in one of them. */
const machine = (versions: readonly string[], documents: string) => {
  const root = mkdtempSync(join(tmpdir(), 'postgres-'))
  onTestFinished(() => { vi.unstubAllEnvs(); rmSync(root, { recursive: true, force: true }) })
  const folders = versions.map(version => join(root, version))
  for (const [i, folder] of folders.entries()) {
    mkdirSync(folder)
    writeFileSync(join(folder, 'initdb'), `#!/bin/sh\necho "initdb (PostgreSQL) ${versions[i]} (Somewhere 12)"\n`, { mode: 0o755 })
  }
  const cluster = join(root, 'home/data/postgres')
  mkdirSync(cluster, { recursive: true })
  writeFileSync(join(cluster, 'PG_VERSION'), `${documents}\n`)
  vi.stubEnv('PATH', folders.join(delimiter))
  return { home: join(root, 'home'), cluster, folders }
}

it('a newer PostgreSQL that comes to the machine does not take the documents from the one that can read them', async () => {
  const { home, folders } = machine(['97.1', '96.4'], '96')
  expect(await preparePostgres(home, line)).toEqual({ folder: folders[1], version: '96.4' })
})

it('where only another version is left, it is said which one the documents need', async () => {
  const { home, cluster } = machine(['97.1'], '96')
  await expect(preparePostgres(home, line)).rejects.toThrow(new RegExp(`^PostgreSQL 96, the version of the documents in ${cluster}, is missing: .*postgresql[-@]96`))
})
