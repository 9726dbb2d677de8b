import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { clusterElsewhere } from './postgres.ts'

it.runIf(process.getuid?.() === 0)('root hears where the documents lie when the state folder is closed to the user of PostgreSQL', () => {
  const home = mkdtempSync(join(tmpdir(), 'postgres-'))
  onTestFinished(() => { rmSync(home, { recursive: true, force: true }) })
  chmodSync(home, 0o700)
  expect(clusterElsewhere(home)).toMatch(/^\/var\/lib\/cybertask\/[0-9a-f]{12}\/postgres$/)
})
