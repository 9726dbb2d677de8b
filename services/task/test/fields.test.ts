import { afterAll, beforeAll, expect, it } from 'vitest'
import { TaskFields } from '../../shared/contracts/task/model.ts'
import { ann, taskOf, workbench, type Workbench } from './bench.ts'

let bench: Workbench
beforeAll(async () => { bench = await workbench() })
afterAll(() => bench.close())

it('each field that a PUT may name is changed, told in the history, and what the next occurrence has', async () => {
  const { id: parentId } = await bench.created('parent')
  const said = {
    title: 'Water', description: 'all of them', priority: 'high', difficulty: 3, startAt: '2026-03-02T08:00:00.000Z', dueAt: '2026-03-02T10:00:00.000Z',
    recurrence: 'FREQ=DAILY', timezone: 'Europe/Berlin', assigneeId: 'bob', parentId, labels: ['garden'], estimateMinutes: 15, position: 7,
  } satisfies Required<Omit<TaskFields, 'mentions'>>
  expect(Object.keys(said).toSorted()).toEqual(Object.keys(TaskFields.shape).filter(name => name !== 'mentions').toSorted())
  const { id } = await bench.created('before')
  expect(taskOf(await bench.call(ann, 'PUT', `/api/tasks/${id}`, said))).toMatchObject(said)
  const [newest] = Object((await bench.call(ann, 'GET', `/api/tasks/${id}/history`)).body).items
  expect(Object.keys(newest.changes).toSorted()).toEqual(Object.keys(said).toSorted())
  for (const status of ['in_progress', 'in_review', 'done']) taskOf(await bench.call(ann, 'PATCH', `/api/tasks/${id}/status`, { status }))
  await bench.deps.log.settled()
  const { items } = Object((await bench.call(ann, 'GET', '/api/tasks?projectId=p1&status=todo&label=garden')).body)
  expect(items).toMatchObject([{ ...said, startAt: '2026-03-03T08:00:00.000Z', dueAt: '2026-03-03T10:00:00.000Z' }])
})
