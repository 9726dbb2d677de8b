import { expect, it } from 'vitest'
import { memberKey, memoryTables } from '../store/rows.ts'
import { audience, insidersOf } from './audience.ts'
import { notificationsFor } from './drafts.ts'
import type { HeardEvent } from './events.ts'
import { noFacts } from './facts.ts'

it('a hundred events to one person at once cause no more than four reads of his membership', async () => {
  const { members } = memoryTables()
  const ann = { projectId: 'p1', userId: 'ann' }
  await members.insert([{ _id: memberKey(ann), organizationId: 'o1', ...ann, role: 'viewer' }])
  let reads = 0
  const slow = { ...members, one: async (...given: Parameters<typeof members.one>) => {
    reads++
    await new Promise(resolve => { setImmediate(resolve) })
    return members.one(...given)
  } }
  const nobody = async (): Promise<never> => { throw new Error('nobody else need be asked') }
  const told = audience(insidersOf({ members: slow, projects: { getProject: nobody }, users: { names: nobody } }))
  const overdue = (n: number): HeardEvent => ({
    id: `o1/task/t${n}:1#0`, subject: `t${n}`, version: 1, organizationId: 'o1', actor: 'service:task', at: '2026-03-02T09:00:00.000Z', type: 'TaskOverdue',
    data: { taskId: `t${n}`, projectId: 'p1', title: 'Ship', assigneeId: 'ann', reporterId: 'bob', dueAt: '2026-03-01T09:00:00.000Z' },
  })
  const drafts = await Promise.all(Array.from({ length: 100 }, (_, n) => told(overdue(n), notificationsFor(overdue(n), noFacts))))
  expect(drafts.flat().map(draft => draft.userId)).toEqual(Array.from({ length: 100 }, () => 'ann'))
  expect(reads).toBeLessThanOrEqual(4)
})
