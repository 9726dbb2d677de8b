import { expect, it } from 'vitest'
import { memberships } from './memberships.ts'

const bob = { userId: 'bob', organizationId: 'o1', role: 'member' } as const

it('what happens to a member while an answer about him is on its way counts more than the answer', async () => {
  const answer = Promise.withResolvers<string[]>()
  const known = memberships({ of: () => answer.promise, exists: async () => true })
  const loading = known.load(bob)
  known.left('o1', 'bob', 'p1')
  known.joined('o1', 'bob', 'p2')
  known.left('o1', 'ann', 'p3')
  answer.resolve(['p1', 'p3'])
  await loading
  expect(['p1', 'p2', 'p3'].map(projectId => known.sees(bob, projectId))).toEqual([false, true, true])
})
