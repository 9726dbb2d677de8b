import { beforeAll, describe, expect, it } from 'vitest'
import { sagaApi } from '../../services/shared/contracts/sagas/http.ts'
import { notificationApi } from '../../services/shared/contracts/notification/http.ts'
import { projectApi } from '../../services/shared/contracts/project/http.ts'
import { templateOperations } from '../../services/shared/contracts/project/templates.ts'
import { taskApi } from '../../services/shared/contracts/task/http.ts'
import { userApi } from '../../services/shared/contracts/user/http.ts'
import { call, refused } from '../support/call.ts'
import { eventually } from '../support/eventually.ts'
import { colleague, founder, type Person } from '../support/people.ts'

const finished = (token: string, sagaId: string) =>
  eventually(async () => { const saga = await call(sagaApi.showSaga, { token, params: { id: sagaId } }); return saga.outcome !== null && saga }, 90_000)

describe('sagas', { timeout: 300_000 }, () => {
  let owner: Person
  beforeAll(async () => { owner = await founder('Sara Saga') })
  const started = (body: object) => call(projectApi.createProject, { token: owner.token, body }).then(reply => {
    if (!('sagaId' in reply)) throw new Error('a project from a template is made by a saga')
    return reply
  })

  it('make a project from each shipped template, with its tasks and their dependencies', async () => {
    const { items: templates } = await call(templateOperations.listTemplates, { token: owner.token })
    expect(templates.length).toBeGreaterThanOrEqual(3)
    for (const template of templates.slice(0, 3)) {
      const { sagaId, projectId } = await started({ name: `From ${template.name}`, templateId: template.id })
      expect(await finished(owner.token, sagaId)).toMatchObject({ outcome: 'created' })
      const { items } = await call(taskApi.listTasks, { token: owner.token, query: { projectId, limit: 200 } })
      expect(items.length).toBeGreaterThan(3)
      expect(items.some(task => task.blockedBy.length > 0)).toBe(true)
    }
  })

  it('delete a project with its tasks', async () => {
    const project = await call(projectApi.createProject, { token: owner.token, body: { name: 'Short-lived' } })
    const id = 'id' in project ? project.id : ''
    const task = await call(taskApi.createTask, { token: owner.token, body: { projectId: id, title: 'Goes with it' } })
    const { sagaId } = await call(projectApi.deleteProject, { token: owner.token, params: { id } })
    await eventually(async () => (await refused(projectApi.getProject, { token: owner.token, params: { id } })).status === 404)
    await eventually(async () => (await refused(taskApi.getTask, { token: owner.token, params: { id: task.id } })).status === 404, 90_000)
    expect(await call(sagaApi.showSaga, { token: owner.token, params: { id: sagaId } })).toMatchObject({ name: 'delete-project' })
  })

  it('restore a project while its deletion is not finished', async () => {
    const project = await call(projectApi.createProject, { token: owner.token, body: { name: 'Regretted' } })
    const id = 'id' in project ? project.id : ''
    const task = await call(taskApi.createTask, { token: owner.token, body: { projectId: id, title: 'Comes back' } })
    const { sagaId } = await call(projectApi.deleteProject, { token: owner.token, params: { id } })
    await call(projectApi.restoreProject, { token: owner.token, params: { id } })
    await finished(owner.token, sagaId)
    await eventually(async () => (await call(taskApi.getTask, { token: owner.token, params: { id: task.id } })).title === 'Comes back')
    expect(await call(projectApi.getProject, { token: owner.token, params: { id } })).toMatchObject({ name: 'Regretted' })
  })

  it('close an account: its tasks are released, its data is gone, its sessions are over', async () => {
    const leaver = await colleague(owner, 'member', 'Leo Leaver')
    const project = await call(projectApi.createProject, { token: owner.token, body: { name: 'Left behind' } })
    const projectId = 'id' in project ? project.id : ''
    await call(projectApi.addMember, { token: owner.token, params: { id: projectId }, body: { userId: leaver.id, role: 'contributor' } })
    const task = await call(taskApi.createTask, { token: owner.token, body: { projectId, title: 'Orphan', assigneeId: leaver.id } })
    await eventually(async () => (await call(notificationApi.list, { token: leaver.token })).items.length > 0)
    expect(await refused(userApi.closeAccount, { token: leaver.token, body: { password: 'not this one' } })).toMatchObject({ code: 'bad-password' })
    const { sagaId } = await call(userApi.closeAccount, { token: leaver.token, body: { password: leaver.password } })
    expect(await finished(owner.token, sagaId)).toMatchObject({ outcome: 'completed' })
    await eventually(async () => (await call(taskApi.getTask, { token: owner.token, params: { id: task.id } })).assigneeId === null)
    expect(await refused(userApi.login, { body: { email: leaver.email, password: leaver.password } })).toMatchObject({ status: 401, code: 'bad-credentials' })
    expect(await refused(userApi.refresh, { body: { refreshToken: leaver.refreshToken } })).toMatchObject({ status: 401 })
    const { items } = await call(userApi.listMembers, { token: owner.token })
    expect(JSON.stringify(items)).not.toContain('Leo')
    expect((await call(projectApi.getProject, { token: owner.token, params: { id: projectId } })).members.map(m => m.userId)).not.toContain(leaver.id)
  })

  it('refuse to close the account of the only owner of others', async () => {
    const boss = await founder('Only Owner')
    await colleague(boss)
    expect(await refused(userApi.closeAccount, { token: boss.token, body: { password: boss.password } })).toMatchObject({ status: 409, code: 'sole-owner' })
  })
})
