import { expect, it } from 'vitest'
import { charged } from './ask-projects.ts'
import { memberships, type MembershipsOptions } from './memberships.ts'

const bob = { userId: 'bob', organizationId: 'o1', role: 'member' } as const
const ann = { userId: 'ann', organizationId: 'o1', role: 'owner' } as const
/** Of the projects there are, all are bob's. */
const asked = (projects: readonly string[], options?: MembershipsOptions) => {
  const asks: string[] = []
  const known = memberships({
    of: async ({ userId }) => { asks.push(userId); return projects },
    exists: async (_, projectId) => { asks.push(projectId); return projects.includes(projectId) },
  }, options)
  return { asks, known }
}

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

it('what was answered a moment ago is not asked for again, whether it is there or not', async () => {
  const { asks, known } = asked(['p1'], { unknownMs: 300_000 })
  for (const person of [ann, ann, bob, bob]) for (const projectId of ['p1', 'p2']) {
    expect(await known.maySubscribe(person, projectId)).toBe(projectId === 'p1')
  }
  expect(asks).toEqual(['p1', 'p2', 'bob', 'bob'])
})
it('who was refused a project may follow it from the event on that tells of it', async () => {
  const { known } = asked([])
  for (const person of [ann, bob]) expect(await known.maySubscribe(person, 'p2')).toBe(false)
  known.joined('o1', 'bob', 'p2')
  for (const person of [ann, bob]) expect(await known.maySubscribe(person, 'p2')).toBe(true)
})
it('who was refused a project is asked about again after a while, also where no event came', async () => {
  const projects: string[] = []
  const { known } = asked(projects, { unknownMs: 20 })
  for (const person of [ann, bob]) expect(await known.maySubscribe(person, 'p2')).toBe(false)
  projects.push('p2')
  for (const person of [ann, bob]) await expect.poll(() => known.maySubscribe(person, 'p2')).toBe(true)
})
it('who has named too many projects is refused until he has a budget again, others are not', async () => {
  let left = 3
  const known = memberships(charged({ of: async () => [], exists: async () => true }, async userId => ({ over: userId === 'ann' && --left < 0, seconds: 7 })))
  for (const projectId of ['p1', 'p2', 'p3', 'p1']) expect(await known.maySubscribe(ann, projectId)).toBe(true)
  await expect(known.maySubscribe(ann, 'p4')).rejects.toMatchObject({ kind: 'throttled', code: 'throttled', message: expect.stringContaining('in 7 s') })
  expect(await known.maySubscribe({ ...ann, userId: 'eve' }, 'p4')).toBe(true)
})
