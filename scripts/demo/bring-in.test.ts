import { expect, it } from 'vitest'
import type { BulkOperation, BulkResult } from '../../services/shared/contracts/task/bulk.ts'
import { badRows } from './backlog/bad-rows.ts'
import { dependencies } from './backlog/links.ts'
import { readCsv } from './backlog/read-csv.ts'
import { bringIn } from './bring-in.ts'
import type { Progress } from './progress.ts'

const progress: Progress = { step: () => ({ to: () => {}, done: () => {} }), stop: () => {} }
const done = (index: number, id: string, key: string | null): BulkResult => ({ index, key, status: 200, id, version: 1, problem: null })
const refusal = (index: number, id: string | null, key: string | null, code: string, detail: string): BulkResult =>
  ({ index, key, status: 409, id, version: null, problem: { code, detail } })

/** Takes no task that is due before it starts, no link to one that is not there, and no step of a task called "stuck". */
const bulkTasks = async ({ body: { operations } }: { body: { operations: BulkOperation[] } }) => ({
  results: operations.map((operation, index): BulkResult => {
    if (operation.op !== 'create') {
      const id = 'id' in operation ? operation.id : ''
      return id === 'stuck' ? refusal(index, id, null, 'task-blocked', 'It waits for 1 open task.') : done(index, id, null)
    }
    const { key = '', task, blockedByKeys = [] } = operation
    if (task.dueAt && task.startAt && task.dueAt < task.startAt) return refusal(index, null, key, 'dates-reversed', 'A task cannot be due before it starts.')
    return blockedByKeys.includes('late') ? refusal(index, key, key, 'blocker-unknown', 'There is no such task.') : done(index, key, key)
  }),
})

it('what the platform refuses of a file is told with its line and the reason, and the rest is there', async () => {
  const backlog = readCsv([
    'id,title,created,due,closed,depends on',
    'late,Late,2026-02-01,2026-01-01,,', 'next,Next,,,,late', 'stuck,Stuck,2026-01-01,,2026-01-09,', 'fine,Fine,,,2026-01-09,',
  ].join('\n'))
  const links = dependencies(backlog.items)
  const founder = { token: async () => 'token' }
  const brought = await bringIn({ tasks: { bulkTasks }, founder, progress, projectId: 'p1', assigneeOf: () => undefined }, backlog.items, links)
  expect([[...brought.idOf.keys()].toSorted(), brought.completed, brought.statusChanges]).toEqual([['fine', 'next', 'stuck'], 1, 3])
  expect(badRows(backlog, links, brought.refused)).toEqual([
    'line 2: late, the item refused: dates-reversed, A task cannot be due before it starts.',
    'line 3: next, its links refused: blocker-unknown, There is no such task.',
    'line 4: stuck, the step to in_progress refused: task-blocked, It waits for 1 open task.',
  ])
})
