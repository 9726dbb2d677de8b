import { describe, expect, it } from 'vitest'
import { testClock } from '../../shared/kit/clock.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { memoryTables, type MailRow } from '../store/rows.ts'
import { outbox } from './outbox.ts'
import type { Queued } from './queue.ts'

const row = (id: string): MailRow => ({
  _id: id, organizationId: 'o1', userId: 'ann', actorId: null,
  told: { type: 'assigned', title: 'T', body: '', link: '/', projectId: 'p1' },
  state: 'waiting', reason: null, createdAt: '2026-03-02T09:00:00.000Z', doneAt: null,
})

/** An outbox that has looked around once, before a queue that can be away or slow; `reads` counts how often the waiting mails were read. */
const started = async () => {
  const { mails } = memoryTables()
  const seen = { reads: 0, batches: new Array<number>(), jobs: new Set<string>() }
  const queue = {
    before: async (): Promise<void> => {},
    size: async () => seen.jobs.size,
    add: async (some: readonly Queued[]) => {
      await queue.before()
      seen.batches.push(some.length)
      for (const { id } of some) seen.jobs.add(id)
    },
  }
  const watched: typeof mails = {
    ...mails,
    insert: rows => mails.insert(rows),
    find: (...given: Parameters<typeof mails.find>) => { seen.reads++; return mails.find(...given) },
    scan: (...given: Parameters<typeof mails.scan>) => { seen.reads++; return mails.scan(...given) },
  }
  const box = outbox({ mails: watched, queue, clock: testClock(), logger: silentLogger })
  await box.sweep()
  Object.assign(seen, { reads: 0, batches: [] })
  return { box, queue, mails, seen }
}

const invitation = {
  template: 'invitation', organizationId: 'o1', userId: 'ann', to: { address: 'new@example.test', name: '' }, dedupeId: 'inv-1',
  data: { token: 'secret-token-1234567890', organizationName: 'Apollo', inviterName: 'Ann Lee', role: 'member', expiresAt: '2026-03-09T09:00:00.000Z' },
} as const
const { organizationId, template, dedupeId } = invitation

describe('a mail that is taken back', () => {
  it('says nothing any more, and does not leave', async () => {
    const { box, mails } = await started()
    const id = await box.ask(invitation)
    for (let i = 0; i < 2; i++) await box.drop({ organizationId, template, dedupeId })
    expect(await mails.one({ _id: id })).toMatchObject({ state: 'dropped', reason: 'it was taken back' })
    expect(JSON.stringify(await mails.find({}))).not.toMatch(/example\.test|secret-token|Ann Lee/)
  })
  it('before it was asked for does not leave either', async () => {
    const { box, mails, seen } = await started()
    await box.drop({ organizationId, template, dedupeId })
    const id = await box.ask(invitation)
    await box.sweep()
    expect([(await mails.one({ _id: id }))?.state, await mails.count({}), seen.jobs.size]).toEqual(['dropped', 1, 0])
  })
  it('when it has left is left alone', async () => {
    const { box, mails } = await started()
    const id = await box.ask(invitation)
    await mails.set({ _id: id }, { state: 'sent', doneAt: '2026-03-02T09:00:00.000Z' })
    await box.drop({ organizationId, template, dedupeId })
    expect((await mails.one({ _id: id }))?.state).toBe('sent')
  })
})

describe('a mail that was kept without anybody hearing so', () => {
  it('goes into the queue when it is asked for once more', async () => {
    const { box, mails, seen } = await started()
    const insert = mails.insert.bind(mails)
    mails.insert = async rows => { await insert(rows); throw new Error('the answer was lost') }
    await expect(box.ask(invitation)).rejects.toThrow('lost')
    mails.insert = insert
    const id = await box.ask(invitation)
    await box.stop()
    expect(seen.jobs).toContain(id)
  })
})

describe('mails that wait', () => {
  it('are read once, however many, and go into the queue a thousand at a time', async () => {
    const { box, mails, seen } = await started()
    await mails.insert(Array.from({ length: 2_500 }, (_, i) => row(`m${i}`)))
    await box.sweep()
    expect([seen.reads, seen.batches, seen.jobs.size]).toEqual([1, [1_000, 1_000, 500], 2_500])
  })
  it('are found after a push that failed, although jobs of erased people make the queue look full', async () => {
    const { box, queue, mails, seen } = await started()
    for (const ghost of ['g1', 'g2', 'g3']) seen.jobs.add(ghost)
    await mails.insert([row('m1')])
    queue.before = async () => { throw new Error('away') }
    box.push(['m1'])
    await expect(box.sweep()).rejects.toThrow('away')
    queue.before = async () => {}
    await box.sweep()
    expect(seen.jobs).toContain('m1')
  })
  it('are not read while they are on their way into the queue', async () => {
    const { box, queue, mails, seen } = await started()
    const slow = Promise.withResolvers<void>()
    queue.before = () => slow.promise
    await mails.insert([row('m1')])
    box.push(['m1'])
    const swept = box.sweep()
    await new Promise(resolve => { setImmediate(resolve) })
    slow.resolve()
    await swept
    expect([seen.reads, seen.batches]).toEqual([0, [1]])
  })
  it('are not read when the queue knew as many before or after they were counted', async () => {
    const { box, queue, mails, seen } = await started()
    const sizes = [1, 2]
    queue.size = async () => sizes.shift() ?? 0
    await mails.insert([row('m1'), row('m2')])
    await box.sweep()
    expect(seen.reads).toBe(0)
  })
})
