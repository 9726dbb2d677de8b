import { expect, it } from 'vitest'
import type { Task } from '../../services/shared/contracts/task/model.ts'
import type { Workflow } from '../../services/shared/contracts/workflow.ts'
import { Refused } from '../../services/shared/kit/decider.ts'
import { workOnBlocked, type Assignment } from './blocking.ts'
import type { Person } from './person.ts'

const at = '2026-03-02T09:00:00.000Z'
const workflow: Workflow = {
  initial: 'backlog',
  statuses: [
    { key: 'backlog', name: 'Backlog', category: 'open' }, { key: 'ready', name: 'Ready', category: 'open' },
    { key: 'in_progress', name: 'In progress', category: 'active' }, { key: 'done', name: 'Done', category: 'done' },
  ],
  transitions: [{ from: 'backlog', to: 'ready' }, { from: 'ready', to: 'in_progress' }, { from: 'in_progress', to: 'done' }],
}
const taskOf = (id: string): Task => ({
  id, projectId: 'p1', title: id, description: '', status: 'backlog', priority: 'none', difficulty: null, score: { value: 0, parts: [] }, startAt: null,
  dueAt: null, recurrence: null, assigneeId: null, reporterId: null, parentId: null, labels: [], blockedBy: [], blocks: [], estimateMinutes: null,
  position: 0, createdAt: at, updatedAt: at, completedAt: null, version: 1,
})
const personOf = (id: string): Person => ({ id, name: id, email: '', token: async () => id })
const assignment = (task: string, worker: string): Assignment => ({ task: taskOf(task), worker: personOf(worker), other: personOf('eve') })

/** Tasks that keep the platform's rule: with an open blocker none is begun. `told` is what was asked for, and by whom. */
const platform = ({ statuses }: Workflow) => {
  const [waitsFor, done, told] = [new Map<string, Set<string>>(), new Set<string>(), [] as string[]]
  const blockers = (id: string): Set<string> => { const of = waitsFor.get(id) ?? new Set(); waitsFor.set(id, of); return of }
  const isOpen = (status: string): boolean => statuses.some(s => s.key === status && s.category === 'open')
  type Input = { params: { id: string }; token?: string | undefined }
  const note = (what: string, { params: { id }, token = '' }: Input): Task => { told.push(`${token}: ${id} ${what}`); return taskOf(id) }
  return {
    told,
    finish: async ({ task, worker }: Assignment): Promise<void> => { told.push(`${worker.id}: ${task.id} from ${task.status} to done`); done.add(task.id) },
    tasks: {
      addDependency: async (input: Input & { body: { blockedBy: string } }) => {
        blockers(input.params.id).add(input.body.blockedBy)
        return note(`waits for ${input.body.blockedBy}`, input)
      },
      removeDependency: async (input: Input & { params: { otherId: string } }) => {
        blockers(input.params.id).delete(input.params.otherId)
        note(`waits no more for ${input.params.otherId}`, input)
        return undefined
      },
      changeStatus: async (input: Input & { body: { status: string } }) => {
        const { params: { id }, body: { status } } = input
        const waits = [...blockers(id)].some(blocker => !done.has(blocker))
        if (waits && !isOpen(status)) throw new Refused('rule', 'task-blocked')
        return note(`to ${status}`, input)
      },
    },
  }
}

it('the team draws a link, takes back a wrong one, is refused what is blocked, and goes on when the blocker is done', async () => {
  const { tasks, finish, told } = platform(workflow)
  const worked = await workOnBlocked({ tasks, workflow, founder: personOf('ada'), finish }, assignment('walls', 'ben'), assignment('roof', 'chiara'))
  expect(told).toEqual([
    'ben: walls waits for roof', 'ben: walls waits no more for roof', 'chiara: roof waits for walls', 'chiara: roof to ready',
    'ben: walls from backlog to done', 'chiara: roof from ready to done',
  ])
  const what = 'starting a task that was found to wait for another'
  expect(worked).toEqual({ links: 3, statusChanges: 1, refusals: [{ what, expected: 'task-blocked', got: 'task-blocked' }] })
})
