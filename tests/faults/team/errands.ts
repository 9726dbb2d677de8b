import { setTimeout as sleep } from 'node:timers/promises'
import { projectApi } from '../../../services/shared/contracts/project/http.ts'
import { templateOperations } from '../../../services/shared/contracts/project/templates.ts'
import { taskApi } from '../../../services/shared/contracts/task/http.ts'
import { userApi } from '../../../services/shared/contracts/user/http.ts'
import { effect } from '../check/effects.ts'
import type { Door } from './door.ts'
import { colleague } from './people.ts'
import type { Team } from './work.ts'

/** The long ways of the platform, each a saga: building a project from a template, deleting one (and bringing it back), closing an account. */
export const errands = (door: Door, { owner, projectId: home }: Team, { mail, domain }: { mail: string; domain: string }) => {
  const token = (): string => owner.token()
  let template: { id: string; titles: string[] } | undefined
  const shipped = async (): Promise<{ id: string; titles: string[] }> => {
    if (template) return template
    const list = await door.ask('listTemplates', templateOperations.listTemplates, { token: token() })
    const id = list?.items.find(t => t.source === 'shipped')?.id ?? ''
    const whole = await door.ask('getTemplate', templateOperations.getTemplate, { token: token(), params: { templateId: id } })
    return template = { id, titles: whole?.tasks.map(t => t.title) ?? [] }
  }
  const build = async (): Promise<string | undefined> => {
    await owner.keep()
    const { id, titles } = await shipped()
    const started = await door.ask('createProject', projectApi.createProject, { token: token(), body: { name: 'From a template', templateId: id } })
    if (!started || !('sagaId' in started)) return undefined
    const { projectId, sagaId } = started
    door.ledger.built.add(projectId)
    door.ledger.sagas.push({ sagaId, outcomes: ['created'] })
    door.ledger.acknowledged.push(effect.project(projectId), effect.joined(projectId, owner.id), ...titles.map(title => effect.built(projectId, title)))
    return projectId
  }
  /** Resolves when the saga has built the project, so that it can be deleted. */
  const built = async (projectId: string): Promise<void> => {
    for (let i = 0; i < 360; i++) {
      const found = await door.ask('getProject', projectApi.listProjects, { token: token(), query: { limit: 200 } })
      if (found?.items.some(p => p.id === projectId)) return
      await sleep(500)
    }
  }
  return {
    build,
    /** Builds a project and takes it away again. */
    pass: async (): Promise<void> => {
      const projectId = await build()
      if (projectId === undefined) return
      await built(projectId)
      const { titles } = await shipped()
      const reply = await door.ask('deleteProject', projectApi.deleteProject, { token: token(), params: { id: projectId } }, { effects: [effect.projectGone(projectId), ...titles.map(t => effect.unbuilt(projectId, t))], doneIf: ['project-unknown'] })
      if (reply) door.ledger.sagas.push({ sagaId: reply.sagaId, outcomes: ['deleted'] })
    },
    /** Somebody joins, gets a task, and closes his account. */
    leave: async (): Promise<void> => {
      await owner.keep()
      const leaver = await colleague(door, mail, owner, 'leo', domain)
      await door.ask('addMember', projectApi.addMember, { token: token(), params: { id: home }, body: { userId: leaver.id, role: 'contributor' } }, { effects: [effect.joined(home, leaver.id)], doneIf: ['already-member'] })
      const task = await door.ask('createTask', taskApi.createTask, { token: token(), body: { projectId: home, title: `Left by ${leaver.id}`, assigneeId: leaver.id } })
      if (!task) return
      door.ledger.acknowledged.push(effect.created(task.id))
      const effects = [effect.left(home, leaver.id), effect.assigned(task.id, null), effect.personGone(leaver.id)]
      const reply = await door.ask('closeAccount', userApi.closeAccount, { token: leaver.token(), body: { password: leaver.password } }, { effects, doneIf: ['session-ended', 'account-closing', 'unauthenticated'] })
      if (reply) door.ledger.sagas.push({ sagaId: reply.sagaId, outcomes: ['completed'] })
    },
  }
}
