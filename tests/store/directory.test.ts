import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { removeState } from '../../deploy/local/parts/postgres.ts'
import { startStack, type Stack } from '../../deploy/local/stack.ts'
import { connectMongo, type Mongo } from '../../services/shared/kit/mongo/connect.ts'

const ROUNDS = 4
const READERS = 16

const started = async (): Promise<Stack> => {
  const home = mkdtempSync(join(tmpdir(), 'cybertask-directory-'))
  onTestFinished(() => { removeState(home) })
  const stack = await startStack({ root: resolve(import.meta.dirname, '../..'), home, offset: 14_600, prefix: 'directory-', services: [] })
  onTestFinished(() => stack.stop())
  return stack
}
const kill = (part: ReturnType<Stack['part']>): Promise<void> => {
  const before = part.restarts
  part.kill('SIGKILL')
  return expect.poll(() => part.restarts > before && part.state === 'ready', { timeout: 90_000, interval: 2 }).toBe(true)
}
const found = async (db: Mongo): Promise<'found' | 'nothing' | 'away'> => {
  try { return await db.collection('things').findOne({ name: 'a' }) ? 'found' : 'nothing' } catch { return 'away' }
}

it('the local store answers nobody with nothing, or for good with an error, because its PostgreSQL was killed while it read its directory', async context => {
  const stack = await started()
  // Of a MongoDB that was found there is nothing to prove here.
  const [documents, postgres] = [stack.parts.get('documents'), stack.parts.get('postgres')]
  if (!documents || !postgres) { context.skip(); return }
  const dbs = await Promise.all(['one', 'two', 'three', 'four'].map(name => connectMongo(stack.secrets['mongodb-uri'] ?? '', name)))
  onTestFinished(async () => { for (const db of dbs) await db.close() })
  for (const db of dbs) await db.collection('things').insertOne({ name: 'a' })

  const answers = { found: 0, nothing: 0, away: 0 }
  const asking = { on: true }
  const ask = async (db: Mongo): Promise<void> => {
    while (asking.on) {
      const answer = await found(db)
      answers[answer]++
      if (answer === 'away') await pause(5)
    }
  }
  const readers = dbs.flatMap(db => Array.from({ length: READERS }, () => ask(db)))
  for (let round = 0; round < ROUNDS; round++) {
    await kill(documents)
    await pause(round * 40)
    await kill(postgres)
    await expect.poll(() => Promise.all(dbs.map(found)), { timeout: 90_000, interval: 100 }).toEqual(dbs.map(() => 'found'))
  }
  asking.on = false
  await Promise.all(readers)
  expect(answers).toMatchObject({ nothing: 0 })
  expect(answers.found).toBeGreaterThan(ROUNDS)
}, 600_000)
