import { expect, it } from 'vitest'
import { testClock } from '../../clock.ts'
import type { SetOptions } from '../../dapr/dapr.ts'
import { memoryState } from '../../dapr/memory-state.ts'
import type { Claim } from './idempotency.ts'
import { stateIdempotency } from './state-idempotency.ts'

/** What replicas share, and one replica more each time it is asked. */
const shared = () => {
  const [written, clock]: [SetOptions[], ReturnType<typeof testClock>] = [[], testClock()]
  const state = memoryState(new Map(), () => {})
  const set: typeof state.set = (key, value, options = {}) => { written.push(options); return state.set(key, value, options) }
  const replica = () => {
    const store = stateIdempotency({ get: state.get, set }, clock)
    const claim = (bodyHash = 'h') => store.claim('a', bodyHash, 12_000)
    const claimed = async (bodyHash?: string): Promise<Claim> => {
      const given = await claim(bodyHash)
      if (!('finish' in given)) throw new Error('taken')
      return given
    }
    return { claim, claimed }
  }
  return { clock, replica, written }
}

it('of many who ask at once one gets the claim, and all get its answer', async () => {
  const { replica } = shared()
  const given = await Promise.all(Array.from({ length: 20 }, () => replica().claim()))
  const claims = given.filter(one => 'finish' in one)
  expect(claims).toHaveLength(1)
  expect(given.filter(one => !('finish' in one))).toEqual(Array.from({ length: 19 }, () => ({ bodyHash: 'h' })))
  await claims[0]?.finish('done')
  for (const hash of ['h', 'of another request']) expect(await replica().claim(hash)).toMatchObject({ bodyHash: 'h', answer: 'done' })
})
it('a claim without an answer is taken over in its time, by the same request only, and with its seed', async () => {
  const { clock, replica } = shared()
  const first = await replica().claimed()
  clock.advance(11_999)
  expect(await replica().claim()).toEqual({ bodyHash: 'h' })
  clock.advance(1)
  expect(await replica().claim('of another request')).toEqual({ bodyHash: 'h' })
  expect((await replica().claimed()).seed).toBe(first.seed)
  await first.release()
  expect(await replica().claim()).toEqual({ bodyHash: 'h' })
})
it('a claim of a process whose clock was an hour ahead does not stay for an hour', async () => {
  const { clock, replica } = shared()
  clock.advance(3_600_000)
  const ahead = await replica().claimed()
  clock.advance(-3_600_000)
  expect((await replica().claimed()).seed).toBe(ahead.seed)
})
it('a claim that is given up is free for any request', async () => {
  const { replica } = shared()
  const first = await replica().claimed()
  await first.release()
  const second = await replica().claimed('of another request')
  expect(second.seed).toBe(first.seed)
  expect(await replica().claim()).toEqual({ bodyHash: 'of another request' })
})
it('an answer that came late is found, and the first one stays', async () => {
  const { clock, replica } = shared()
  const slow = await replica().claimed()
  clock.advance(12_000)
  const other = await replica().claimed()
  await slow.finish('late')
  await other.finish('later')
  expect(await replica().claim()).toMatchObject({ answer: 'late' })
})
it('an answer that says nothing any more can be found out again, with the seed and what the first try said', async () => {
  const { replica } = shared()
  const first = await replica().claimed()
  expect(await first.first('at nine')).toBe('at nine')
  await first.finish('of an older version')
  for (const end of ['release', 'finish'] as const) {
    const kept = await replica().claim()
    if (!('redo' in kept)) throw new Error('not kept')
    const redone = kept.redo()
    expect([kept.answer, redone.seed, await redone.first('at ten')]).toEqual(['of an older version', first.seed, 'at nine'])
    await redone[end]('of this one')
  }
  expect(await replica().claim()).toMatchObject({ answer: 'of an older version' })
})
it('what the first try said is of each request its own', async () => {
  const { replica } = shared()
  for (const [hash, said, first] of [['h', 'at nine', 'at nine'], ['h', 'at ten', 'at nine'], ['other', 'at ten', 'at ten']] as const) {
    const claim = await replica().claimed(hash)
    expect(await claim.first(said)).toBe(first)
    await claim.release()
  }
})
it('all of it is kept for a day', async () => {
  const { replica, written } = shared()
  await (await replica().claimed()).finish('done')
  expect(written.map(({ ttlSeconds }) => ttlSeconds)).toEqual([86_400, 86_400])
})
