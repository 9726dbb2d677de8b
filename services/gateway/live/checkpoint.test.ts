import { expect, it } from 'vitest'
import { memoryState } from '../../shared/kit/dapr/memory-state.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { beginning, checkpoints } from './checkpoint.ts'
import { journal } from './journal.ts'

const stateOf = () => memoryState(new Map(), () => {})
const start = async (state = stateOf(), lagMs = 60_000) => {
  const from = await beginning(state, 'live', silentLogger)
  const at = { seq: from.seq, positions: { ...from.positions } }
  const kept = checkpoints({ from, state, key: 'live', logger: silentLogger, look: () => at, lagMs })
  /** It has shown so many events. */
  const show = (events: number): void => { Object.assign(at, { seq: from.seq + events, positions: { 'task-events/0': events } }) }
  return { from, at, save: kept.save, show, answers: (after: number) => journal(at.seq, from.floor).since(after, []) }
}

/** One that has shown ten events, and said so. */
const left = async (state: ReturnType<typeof stateOf>) => {
  const one = await start(state)
  one.show(10)
  await one.save()
  return one
}

it('a client that is away while the gateway restarts twice within a minute can still resume, and no number is given twice', async () => {
  const state = stateOf()
  const first = await left(state)
  const second = await start(state)
  const resumable = { floor: first.from.seq + 10, positions: { 'task-events/0': 10 } }
  expect(second.from).toMatchObject(resumable)
  // It shows some events more and is gone before it can say so.
  second.show(20)
  const third = await start(state)
  expect(third.from).toMatchObject(resumable)
  expect(third.from.seq).toBeGreaterThan(second.at.seq)
})
it('two that start from one checkpoint number differently, for as long as both run', async () => {
  const state = stateOf()
  await left(state)
  const [one, other] = await Promise.all([start(state), start(state)])
  one.show(2_000_000)
  other.show(1_000_000)
  for (const replica of [one, other, one]) await replica.save()
  const next = await start(state)
  const numbers = [one, other, next].map(({ from, at }) => [from.seq, at.seq] as const).toSorted(([a], [b]) => a - b)
  for (const [i, [first]] of numbers.entries()) expect(first).toBeGreaterThanOrEqual(numbers[i - 1]?.[1] ?? 0)
})
it('a predecessor that still runs takes nothing back from its successor', async () => {
  const state = stateOf()
  const predecessor = await left(state)
  const successor = await start(state)
  predecessor.show(11)
  await predecessor.save()
  successor.show(5)
  await successor.save()
  predecessor.show(12)
  await predecessor.save()
  expect((await state.get('live'))?.value).toMatchObject({ owner: successor.from.owner })
  expect((await start(state)).from.seq).toBeGreaterThan(successor.at.seq)
})
it('one that could not save before its successor did stands back all the same', async () => {
  const state = stateOf()
  await left(state)
  const [slow, successor] = [await start(state), await start(state)]
  successor.show(5)
  await successor.save()
  slow.show(20)
  await slow.save()
  expect((await state.get('live'))?.value).toMatchObject({ owner: successor.from.owner })
})
it('one that dies before it serves leaves the checkpoint to the predecessor that still runs, and its numbers to nobody', async () => {
  const state = stateOf()
  const predecessor = await start(state, 1_000)
  predecessor.show(10)
  await predecessor.save()
  const dead = await start(state)
  predecessor.show(20)
  await predecessor.save()
  const next = await start(state)
  expect(next.from).toMatchObject({ floor: predecessor.at.seq, positions: { 'task-events/0': 20 } })
  expect(next.from.seq).toBeGreaterThan(dead.at.seq)
})
it('whose store takes no writes starts all the same, and clients of the one before load afresh', async () => {
  const state = stateOf()
  const first = await left(state)
  let full = true
  const second = await start({ ...state, set: (...write) => (full ? Promise.reject(new Error('no room')) : state.set(...write)) })
  expect(second.answers(first.at.seq)).toBe('gap')
  second.show(3)
  full = false
  await second.save()
  const third = await start(state)
  expect([third.answers(second.at.seq), third.answers(first.at.seq)]).toEqual([{ entries: [] }, 'gap'])
})
it('one that ends before it has heard from a producer leaves nothing to resume from', async () => {
  const state = stateOf()
  await (await start(state)).save()
  expect(await state.get('live')).toBeUndefined()
})
