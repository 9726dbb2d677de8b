import { expect, it } from 'vitest'
import { notificationApi } from '../../services/shared/contracts/notification/http.ts'
import { projectApi } from '../../services/shared/contracts/project/http.ts'
import { taskApi } from '../../services/shared/contracts/task/http.ts'
import { call } from '../support/call.ts'
import { eventually } from '../support/eventually.ts'
import { founder } from '../support/people.ts'

it('the scheduler says once of a task that its due date has passed: history and inbox show it; of one that was closed in time it says nothing', async () => {
  const { token } = await founder('Dora Due')
  const project = await call(projectApi.createProject, { token, body: { name: 'Deadlines' } })
  const projectId = 'id' in project ? project.id : ''
  const dueAt = new Date(Date.now() + 40_000).toISOString()
  const create = (title: string) => call(taskApi.createTask, { token, body: { projectId, title, dueAt } })
  const [late, closed] = await Promise.all([create('Too late'), create('Given up in time')])
  await call(taskApi.changeStatus, { token, params: { id: closed.id }, body: { status: 'cancelled' } })
  const overdueIn = async ({ id }: { id: string }) =>
    (await call(taskApi.taskHistory, { token, params: { id } })).items.filter(({ events }) => events.includes('TaskOverdue'))
  expect(await overdueIn(late)).toEqual([])
  // Else no job was needed: what is late when it comes is said at once.
  expect(new Date().toISOString() < dueAt).toBe(true)

  // The job fires a second after the second in which the date lies.
  const [entry] = await eventually(async () => { const found = await overdueIn(late); return found.length > 0 && found }, 150_000)
  expect(entry).toMatchObject({ actor: 'service:task', events: ['TaskOverdue'] })
  expect(entry && entry.at >= dueAt).toBe(true)
  const told = await eventually(async () => (await call(notificationApi.list, { token })).items.find(({ type }) => type === 'overdue'))
  expect(told.event).toMatchObject({ name: 'TaskOverdue', subject: late.id })
  expect(await overdueIn(late)).toHaveLength(1)
  expect(await overdueIn(closed)).toEqual([])
}, 300_000)
