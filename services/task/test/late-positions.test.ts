import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../shared/kit/events/store/memory-store.ts'
import type { CommitStore } from '../../shared/kit/events/store/store.ts'
import { ann, taskOf, workbench, type Workbench } from './bench.ts'

const away = async (): Promise<never> => { throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }) }
/** A way to the store that can be cut for some of what is asked. */
const wayTo = (store: CommitStore) => {
  const cut = new Set<keyof CommitStore>()
  const within = <K extends 'addSegment' | 'saveWriter'>(name: K): CommitStore[K] => {
    const direct: (...args: never[]) => unknown = store[name]
    return ((...args: never[]) => (cut.has(name) ? away() : direct(...args))) as CommitStore[K]
  }
  return { cut, store: { ...store, addSegment: within('addSegment'), saveWriter: within('saveWriter') } }
}
const titles = async (bench: Workbench): Promise<string[]> =>
  Object((await bench.call(ann, 'GET', '/api/tasks?projectId=p1&sort=createdAt')).body).items.map((item: { title: string }) => item.title)

describe('lists beside a process that was taken for dead', () => {
  it('show what it had appended before and gave its position only afterwards, for good', async () => {
    const store = memoryStore()
    const theirs = wayTo(store)
    const [bench, other] = [await workbench({ store }), await workbench({ store: theirs.store })]
    const later = (ms: number): void => { bench.clock.advance(ms); other.clock.advance(ms) }
    const hasCompany = async (): Promise<boolean> => await bench.deps.log.aloneSince() === Infinity
    await bench.created('mine')
    await expect.poll(hasCompany).toBe(true)
    later(1_000)
    await other.created('one')
    await other.deps.log.settled()
    expect(await titles(bench)).toEqual(['mine', 'one'])

    // The store goes away when it has appended and has no position for it yet, and so long that nobody sees that it lives.
    theirs.cut.add('addSegment').add('saveWriter')
    later(1_000)
    await other.created('two')
    // It has just been seen alive.
    await bench.deps.log.aloneSince()
    later(21_000)
    await expect.poll(hasCompany).toBe(false)
    await titles(bench)
    theirs.cut.delete('addSegment')
    await expect.poll(() => other.deps.log.gauges().lag).toBe(0)
    // Consumers ask for what there is.
    for (let partition = 0; partition < bench.deps.log.partitions; partition++) await bench.deps.log.feed(partition, -1, 1)
    expect(await hasCompany()).toBe(false)
    expect(await titles(bench)).toEqual(['mine', 'one', 'two'])

    theirs.cut.clear()
    await other.deps.log.aloneSince()
    await expect.poll(async () => { later(100); return hasCompany() }).toBe(true)
    await other.created('three')
    await other.deps.log.settled()
    await expect.poll(() => titles(bench)).toEqual(['mine', 'one', 'two', 'three'])
    await bench.close()
    await other.close()
  })
  it('show what it changes before it knows that nobody waits for it any more, as a suspended machine does', async () => {
    const store = memoryStore()
    const [bench, other] = [await workbench({ store }), await workbench({ store })]
    const { id } = await bench.created('old')
    await bench.deps.log.settled()
    await expect.poll(() => bench.deps.log.aloneSince()).toBe(Infinity)
    expect(await titles(bench)).toEqual(['old'])
    // The other one's clock stands still.
    bench.clock.advance(21_000)
    expect(await bench.deps.log.aloneSince()).toBeLessThan(Infinity)
    await bench.call(ann, 'GET', `/api/tasks/${id}`)
    taskOf(await other.call(ann, 'PUT', `/api/tasks/${id}`, { title: 'new' }))
    await other.deps.log.settled()
    for (let partition = 0; partition < bench.deps.log.partitions; partition++) await bench.deps.log.feed(partition, -1, 1)
    expect(await titles(bench)).toEqual(['new'])
    await bench.close()
    await other.close()
  })
})
