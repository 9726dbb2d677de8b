import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../clock.ts'
import type { Commit } from './commit.ts'
import { completeDraft, sealed } from './draft.ts'
import { groupCommit } from './group-commit.ts'
import { memoryStore } from '../store/memory-store.ts'
import { draft, parcelOn, send } from '../test/parcel.ts'
import { logOf } from '../test/log-of.ts'
import { holdTime, whileTimePasses } from '../test/time.ts'

const never = new Promise<never>(() => {})
/** A store that takes the next insert when and whether it likes, and never says so; the others go through. */
const silentAtFirst = () => {
  const store = memoryStore()
  const { append } = store
  let late: (() => Promise<unknown>) | undefined
  store.append = async batch => {
    if (late) return append(batch)
    late = () => append(batch)
    return never
  }
  return { store, arrive: async () => { await late?.() } }
}
/** The versions of a stream in the order of their positions. */
const placed = async ({ scan, partitions }: ReturnType<typeof logOf>['log']): Promise<number[]> => {
  const versions: number[] = []
  for (let partition = 0; partition < partitions; partition++) for await (const { commits } of scan(partition)) versions.push(...commits.map(c => c.version))
  return versions
}
/** It is refused as soon as the patience of its log ends. */
const expectRefused = async (work: Promise<unknown>): Promise<void> => {
  const began = performance.now()
  await expect(whileTimePasses(work)).rejects.toMatchObject({ kind: 'unavailable' })
  expect(performance.now() - began).toBeLessThan(1_000)
}
/** Looks again and again while time passes. */
const poll = <T>(look: () => T) => expect.poll(async () => { await vi.advanceTimersByTimeAsync(20); return look() })

describe('an insert whose answer never came', () => {
  beforeEach(holdTime)
  afterEach(() => { vi.useRealTimers() })

  it('keeps its place before what continues its stream', async () => {
    const { store, arrive } = silentAtFirst()
    const { log } = logOf({ store, patienceMs: 50, beatMs: 150 })
    const parcels = parcelOn(log)
    await log.start()
    await expectRefused(parcels.handle('org', 'p', { type: 'send' }, send('c1')))
    await arrive()
    expect(await parcels.handle('org', 'p', { type: 'send' }, send('c1'))).toMatchObject({ version: 1, events: [] })
    expect(await parcels.handle('org', 'p', { type: 'send' }, send('c2'))).toMatchObject({ version: 2 })
    await whileTimePasses(log.settled())
    await vi.advanceTimersByTimeAsync(400)
    await whileTimePasses(log.settled())
    expect(await placed(log)).toEqual([1, 2])
    await whileTimePasses(log.stop())
  })
  it('is seen through even if it arrives minutes later, and is no lag until then', async () => {
    let off = 0
    const { store, arrive } = silentAtFirst()
    const { log, published } = logOf({ store, patienceMs: 50, beatMs: 20, clock: { ...systemClock, monotonic: () => performance.now() + off } })
    await log.start()
    await expectRefused(parcelOn(log).handle('org', 'p', { type: 'send' }, send('c1')))
    for (const minutes of [1, 2, 3]) { off = minutes * 60_000; await vi.advanceTimersByTimeAsync(50) }
    expect(log.gauges()).toMatchObject({ lag: 0, unfinished: 0 })
    await arrive()
    off += 60_000
    await vi.advanceTimersByTimeAsync(50)
    await poll(published).toHaveLength(1)
    await whileTimePasses(log.stop())
  })
  it('is seen through although a second command went for the same place, uncertain as well', async () => {
    const store = memoryStore()
    const { append } = store
    let n = 0
    store.append = async batch => {
      n++
      if (n <= 2) {
        if (n === 1) await append(batch)
        return never
      }
      return append(batch)
    }
    const { log, published } = logOf({ store, patienceMs: 50, beatMs: 150 })
    const parcels = parcelOn(log)
    await log.start()
    for (const command of ['c1', 'c2']) await expectRefused(parcels.handle('org', 'p', { type: 'send' }, send(command)))
    await vi.advanceTimersByTimeAsync(150)
    await poll(published).toHaveLength(1)
    await poll(() => log.gauges()).toMatchObject({ lag: 0, unfinished: 0 })
    await whileTimePasses(log.stop())
  })
  it('is not uncertain once it was found, whatever becomes of those beside it', async () => {
    const away = Object.assign(new Error('away'), { name: 'MongoNetworkError' })
    const stored: Commit[] = []
    const answers = [(batch: readonly Commit[]) => { stored.push(...batch); throw away }, (batch: readonly Commit[]) => batch.map(() => 'taken' as const)]
    const uncertain: string[] = []
    let open = (): void => {}
    const first = new Promise<void>(resolve => { open = resolve })
    const commit = (id: string): Commit => sealed(completeDraft(draft(id, 1, '', 'Sent'), { partitions: 1, traceparent: null, say: () => [] }), 'w:0')
    const [x, a, b] = [commit('x'), commit('a'), commit('b')]
    const insert = groupCommit({
      lanes: 1, patienceMs: 300, onUncertain: ({ id }) => { uncertain.push(id) },
      store: {
        isTransient: error => error === away,
        append: async batch => {
          if (batch[0] === x) { await first; return ['inserted'] }
          const answer = answers.shift()
          if (!answer) throw away
          return answer(batch)
        },
        findCommit: async id => { if (id === b.id) throw away; return stored.find(c => c.id === id) },
      },
    })
    const under = insert(x)
    await new Promise(resolve => { setImmediate(resolve) })
    const all = Promise.allSettled([under, insert(a), insert(b)])
    open()
    expect((await whileTimePasses(all)).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(uncertain).toEqual([b.id])
  })
})
