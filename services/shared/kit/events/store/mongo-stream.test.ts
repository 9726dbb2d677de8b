import { expect, it } from 'vitest'
import { inOrder } from './mongo-stream.ts'

it('hands on rows of a stream by version as they come, and keeps only those that came early', async () => {
  let given = 0
  const stored = async function* () { for (const version of [2, 1, 3, 5, 4, 6, 9, 8]) { given++; yield { version } } }
  const seen: (readonly number[])[] = []
  for await (const { version } of inOrder(stored(), 1, ({ version }) => ({ at: version, next: version + 1 }))) seen.push([version, given])
  // 7 is missing: what is behind it comes at the end.
  expect(seen).toEqual([[1, 2], [2, 2], [3, 3], [4, 5], [5, 5], [6, 6], [8, 8], [9, 8]])
})
