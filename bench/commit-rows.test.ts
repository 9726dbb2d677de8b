import { expect, it } from 'vitest'
import { commitOf } from '../services/shared/kit/events/store/mongo-codec.ts'
import { commitRows } from './commit-rows.ts'

it('rows of the control are those of commits: all fields, as long, each with a stream of its own', async () => {
  const row = await commitRows()
  const [first, second] = [row(), row()]
  expect(Object.keys(commitOf(first))).toEqual(expect.arrayContaining(['stream', 'journal', 'events', 'publicEvents', 'previousHash', 'hash', 'commandId']))
  expect(JSON.stringify(first).length).toBeGreaterThan(800)
  expect([first.stream === second.stream, first._id === second._id, first.journal === second.journal]).toEqual([false, false, true])
})
