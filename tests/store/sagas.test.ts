import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { connectMongo, type Mongo } from '../../services/shared/kit/mongo/connect.ts'
import { mongoSagaStore } from '../../services/shared/kit/sagas/mongo-saga-store.ts'
import type { SagaDocument } from '../../services/shared/kit/sagas/status.ts'

const at = '2026-01-01T00:00:00.000Z'
const running = (id: string, revision: number): SagaDocument => ({
  _id: id, tenantId: 'o', name: 'move', state: 'running', step: `step-${revision}`, outcome: null,
  startedAt: at, deadline: at, finishedAt: null, history: [], revision, dueAt: at,
})
const finished = (id: string, revision: number): SagaDocument =>
  ({ ...running(id, revision), state: 'finished', step: 'over', outcome: 'done', finishedAt: at, dueAt: null, start: null })

describe('the revisions of sagas', () => {
  let db: Mongo
  beforeAll(async () => { db = await connectMongo(inject('documents'), `sagas_${randomUUID().slice(0, 8)}`) })
  afterAll(async () => {
    await db.dropDatabase()
    await db.close()
  })
  const begun = async (id: string) => {
    const store = mongoSagaStore(db)
    await store.open({ ...running(id, 0), start: '{"type":"Start"}' })
    await store.open({ ...running(id, 0), start: 'another' })
    return store
  }

  it('show the newest revision, however many are saved at once, and what the saga began with', async () => {
    const store = await begun('move.1')
    const revisions = Array.from({ length: 30 }, (_, i) => i + 1).toSorted((a, b) => (a * 7) % 31 - (b * 7) % 31)
    await Promise.all(revisions.map(revision => store.save(running('move.1', revision))))
    expect(await store.find('move.1')).toMatchObject({ revision: 30, step: 'step-30', start: '{"type":"Start"}' })
    expect((await store.asleep(at)).map(s => [s._id, s.revision, s.start])).toEqual([['move.1', 30, '{"type":"Start"}']])
  })
  it('name those that are asleep, and not those that wait for later', async () => {
    const store = await begun('move.5')
    await store.save({ ...running('move.5', 2), dueAt: at })
    await store.save({ ...running('move.5', 3), dueAt: '2026-01-09T00:00:00.000Z' })
    await begun('move.6')
    // Died between its two rows; whoever ordered it orders it again.
    await db.collection<{ _id: string; of: string }>('saga_steps').deleteMany({ of: 'move.6' })
    await begun('move.6')
    const names = (await store.asleep(at)).map(s => s._id)
    expect(names).toContain('move.6')
    expect(names).not.toContain('move.5')
    expect((await store.asleep('2026-01-10T00:00:00.000Z')).map(s => s._id)).toContain('move.5')
  })
  it('are asked for by equality, and one by one where they are due, however many have ended', async () => {
    const own = await connectMongo(inject('documents'), `sagas_${randomUUID().slice(0, 8)}`, { monitorCommands: true })
    try {
      const store = mongoSagaStore(own)
      const past = Array.from({ length: 5_000 }, (_, i) => finished(`past.${i}`, 3))
      // No answer is waited for longer than five seconds, and all at once are much work.
      while (past.length > 0) await own.collection<SagaDocument>('sagas').insertMany(past.splice(0, 500))
      await store.open({ ...running('move.10', 0), dueAt: '2026-01-09T00:00:00.000Z' })
      expect(await store.asleep(at)).toEqual([])
      const asked: unknown[] = []
      own.getClient().on('commandStarted', ({ command }) => { if ('find' in command) asked.push([command.find, command.filter]) })
      expect(await store.asleep(at)).toEqual([])
      const days = ['2026-01-01', '2025-12-31'].map(dueDay => ['saga_steps', { dueDay }])
      expect(asked.splice(0)).toEqual(days)
      await store.open(running('move.11', 0))
      asked.splice(0)
      expect((await store.asleep(at)).map(s => s._id)).toEqual(['move.11'])
      expect(asked).toEqual([...days, ['saga_steps', { of: 'move.11' }], ['sagas', { _id: 'move.11' }]])
    } finally {
      await own.dropDatabase()
      await own.close()
    }
  })
  it('are found where they have no day, as those of before, and days later where nobody could wake them', async () => {
    const own = await connectMongo(inject('documents'), `sagas_${randomUUID().slice(0, 8)}`)
    try {
      await own.collection<{ _id: string; of: string }>('saga_steps').insertOne({ ...running('move.12', 1), _id: 'move.12#1', of: 'move.12' })
      const store = mongoSagaStore(own)
      for (const before of [at, '2026-02-01T00:00:00.000Z']) expect((await store.asleep(before)).map(s => s._id)).toEqual(['move.12'])
      await store.save(finished('move.12', 2))
      expect(await store.asleep('2026-02-01T00:00:00.000Z')).toEqual([])
    } finally {
      await own.dropDatabase()
      await own.close()
    }
  })
  it('are made by one of those who make the same one at once', async () => {
    const store = await begun('move.7')
    const made = await Promise.all(Array.from({ length: 12 }, async (_, i) => (await store.save({ ...running('move.7', 1), step: `by-${i}` }) ? [`by-${i}`] : [])))
    expect(made.flat()).toEqual([(await store.find('move.7'))?.step])
  })
  it('are not made by who is behind, though their row was taken away', async () => {
    const store = await begun('move.8')
    const { save } = store
    for (const revision of [1, 2, 3]) expect(await save(running('move.8', revision))).toBe(true)
    expect([await save(running('move.8', 2)), (await store.find('move.8'))?.revision]).toEqual([false, 3])
    expect([
      await save(finished('move.8', 4)),
      await save(running('move.8', 3)),
      await save({ ...finished('move.8', 4), outcome: 'another' }),
      await save(running('move.8', 5)),
    ]).toEqual([true, false, false, false])
    expect([await store.find('move.8'), (await store.asleep(at)).some(s => s._id === 'move.8')]).toMatchObject([{ revision: 4, outcome: 'done', start: null }, false])
    expect(await db.collection('saga_steps').countDocuments({ of: 'move.8' })).toBe(0)
  })
  it('lose nothing of many who go on from what they read', async () => {
    const store = await begun('move.9')
    const taken = async (): Promise<string[]> => z.array(z.string()).parse(JSON.parse((await store.find('move.9'))?.record ?? '[]'))
    const tell = async (input: string): Promise<void> => {
      for (let kept = false; !kept;) {
        const { revision, record = '[]' } = await store.find('move.9') ?? { revision: 0 }
        const seen = z.array(z.string()).parse(JSON.parse(record))
        kept = seen.includes(input) || await store.save({ ...running('move.9', revision + 1), record: JSON.stringify([...seen, input]) })
      }
    }
    const inputs = Array.from({ length: 5 }, (_, who) => Array.from({ length: 5 }, (__, i) => `${who}.${i}`))
    await Promise.all(inputs.map(async mine => { for (const input of mine) await tell(input) }))
    expect((await taken()).toSorted()).toEqual(inputs.flat().toSorted())
  })
  it('never leave an end again, whatever comes late', async () => {
    const store = await begun('move.2')
    await Promise.all([finished('move.2', 9), ...Array.from({ length: 8 }, (_, i) => running('move.2', i + 1))].map(d => store.save(d)))
    await store.save(running('move.2', 3))
    expect(await store.find('move.2')).toMatchObject({ state: 'finished', outcome: 'done', start: null })
    expect((await store.asleep(at)).map(s => s._id)).not.toContain('move.2')
  })
  it('close a saga whose process died between its last row and its end', async () => {
    const store = await begun('move.3')
    await db.collection<{ _id: string; of: string }>('saga_steps').insertOne({ ...finished('move.3', 4), _id: 'move.3#4', of: 'move.3' })
    expect(await store.find('move.3')).toMatchObject({ state: 'finished' })
    expect((await store.asleep(at)).map(s => s._id)).not.toContain('move.3')
    expect(await db.collection<SagaDocument>('sagas').findOne({ _id: 'move.3' })).toMatchObject({ state: 'finished', outcome: 'done' })
  })
  it('come back when the first row was lost', async () => {
    const store = mongoSagaStore(db)
    await store.save(running('move.4', 5))
    expect(await store.find('move.4')).toMatchObject({ revision: 5, start: null })
    await store.save(finished('move.4', 6))
    expect(await store.find('move.4')).toMatchObject({ state: 'finished' })
  })
})
