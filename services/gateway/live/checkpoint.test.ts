import { expect, it } from 'vitest'
import { memoryState } from '../../shared/kit/dapr/memory-state.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { beginning, checkpoints } from './checkpoint.ts'

const state = memoryState(new Map(), () => {})
const start = async () => {
  const from = await beginning(state, 'live')
  const at = { seq: from.seq, positions: { ...from.positions } }
  const kept = checkpoints({ from, state, key: 'live', logger: silentLogger, look: () => at })
  await kept.save()
  return { from, at, save: kept.save }
}

it('a client that is away while the gateway restarts twice within a minute can still resume, and no number is given twice', async () => {
  const first = await start()
  Object.assign(first.at, { seq: first.from.seq + 10, positions: { 'task-events/0': 10 } })
  await first.save()
  const second = await start()
  const resumable = { floor: first.from.seq + 10, positions: { 'task-events/0': 10 } }
  expect(second.from).toMatchObject(resumable)
  // It shows some events more and is gone before it can say so.
  Object.assign(second.at, { seq: second.from.seq + 10, positions: { 'task-events/0': 20 } })
  const third = await start()
  expect(third.from).toMatchObject(resumable)
  expect(third.from.seq).toBeGreaterThan(second.at.seq)
})
it('one that ends before it has heard from a producer leaves nothing to resume from', async () => {
  const nothing = memoryState(new Map(), () => {})
  const from = await beginning(nothing, 'live')
  await checkpoints({ from, state: nothing, key: 'live', logger: silentLogger, look: () => ({ seq: from.seq, positions: {} }) }).save()
  expect(await nothing.get('live')).toBeUndefined()
})
