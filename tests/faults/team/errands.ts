import { setTimeout as sleep } from 'node:timers/promises'
import { projectApi } from '../../../services/shared/contracts/project/http.ts'
import { taskApi } from '../../../services/shared/contracts/task/http.ts'
import { userApi } from '../../../services/shared/contracts/user/http.ts'
import { effect } from '../check/effects.ts'
import type { Door } from './door.ts'
import { colleague } from './people.ts'
import { templates } from './templates.ts'
import type { Team } from './work.ts'

// Before what any clock says that is an hour off.
const TWO_HOURS_MS = 7_200_000
const GIVEN = 'Looked after'
/** By then the tries of which nothing was heard have arrived, too: one that came later would take it away again. It can be asked for back for a second. */
const ARRIVED_MS = 200

/**
 * The long ways of the platform, each a saga, forwards and back: building a project from a template, or nothing at all;
 * deleting one, for good or until it is asked for again; closing an account.
 */
export const errands = (door: Door, team: Team, { mail, domain }: { mail: string; domain: string }) => {
  const { owner, members: [member], projectId: home } = team
  const token = (): string => owner.token()
  const { shipped, impossible } = templates(door, owner)

  const logTime = async (): Promise<void> => {
    const startedAt = new Date(Date.now() - TWO_HOURS_MS).toISOString()
    const entry = await door.ask('logTime', projectApi.logTime, { token: token(), params: { id: home }, body: { minutes: 5, startedAt } })
    if (entry) door.ledger.acknowledged.push(effect.logged(entry.id))
  }
  const begin = async (name: string, templateId: string, outcome: string, startAt?: string): Promise<string | undefined> => {
    const started = await door.ask('createProject', projectApi.createProject, { token: token(), body: { name, templateId, ...(startAt !== undefined && { startAt }) } })
    if (!started || !('sagaId' in started)) return undefined
    const { projectId, sagaId } = started
    door.ledger.sagas.push({ sagaId, outcomes: [outcome] })
    door.ledger.acknowledged.push(effect.project(projectId), effect.joined(projectId, owner.id))
    return projectId
  }
  const build = async (): Promise<string | undefined> => {
    await owner.keep()
    await logTime()
    const { id, titles } = await shipped()
    const projectId = await begin('From a template', id, 'created')
    if (projectId === undefined) return undefined
    door.ledger.built.add(projectId)
    door.ledger.acknowledged.push(...titles.map(title => effect.built(projectId, title)))
    return projectId
  }
  /** Whether the saga has built the project, so that it can be deleted: its tasks may be refused for minutes while their service is struck again and again. */
  const built = async (projectId: string): Promise<boolean> => {
    for (let i = 0; i < 360; i++) {
      if (await door.ask('getProject', projectApi.getProject, { token: token(), params: { id: projectId } }, { orElse: ['project-unknown'] })) return true
      await sleep(500)
    }
    return false
  }
  const remove = async (projectId: string, titles: readonly string[]): Promise<string | undefined> => {
    const effects = [effect.projectGone(projectId), ...titles.map(title => effect.unbuilt(projectId, title))]
    return (await door.ask('deleteProject', projectApi.deleteProject, { token: token(), params: { id: projectId } }, { effects, doneIf: ['project-unknown'] }))?.sagaId
  }
  /** Builds a project and takes it away again. */
  const takeAway = async (): Promise<void> => {
    const projectId = await build()
    if (projectId === undefined || !await built(projectId)) return
    const sagaId = await remove(projectId, (await shipped()).titles)
    if (sagaId !== undefined) door.ledger.sagas.push({ sagaId, outcomes: ['deleted'] })
  }
  /** Takes a project away that somebody works in, and asks for it back at once; it may be too late. */
  const bringBack = async (): Promise<void> => {
    const projectId = await build()
    if (projectId === undefined || !await built(projectId)) return
    await door.ask(
      'addMember', projectApi.addMember,
      { token: token(), params: { id: projectId }, body: { userId: member.id } },
      { effects: [effect.joined(projectId, member.id)], doneIf: ['already-member'] },
    )
    const given = await door.ask('createTask', taskApi.createTask, { token: token(), body: { projectId, title: GIVEN, assigneeId: member.id } })
    if (given) door.ledger.acknowledged.push(effect.built(projectId, GIVEN))
    const titles = [...(await shipped()).titles, ...given ? [GIVEN] : []]
    const sagaId = await remove(projectId, [])
    await sleep(ARRIVED_MS)
    // How many of them had been taken by then nobody knows.
    door.ledger.askedBack.push({ projectId, titles })
    door.ledger.asked.push(...titles.flatMap(title => [effect.unbuilt(projectId, title), effect.rebuilt(projectId, title)]))
    const back = await door.ask(
      'restoreProject', projectApi.restoreProject,
      { token: token(), params: { id: projectId } },
      { effects: [effect.projectBack(projectId)], doneIf: ['not-deleted'], orElse: ['deletion-finished'] },
    )
    if (sagaId !== undefined) door.ledger.sagas.push({ sagaId, outcomes: back ? ['restored'] : ['restored', 'deleted'] })
  }
  /** Begins a project whose tasks are refused: nothing of it stays. */
  const inVain = async (): Promise<void> => {
    await owner.keep()
    const { id, startAt } = await impossible()
    const projectId = await begin('In vain', id, 'abandoned: invalid', startAt)
    if (projectId !== undefined) door.ledger.acknowledged.push(effect.projectGone(projectId))
  }
  const turns = [bringBack, takeAway, inVain]
  let turn = 0
  return {
    build,
    /** What can become of a project, one after the other. */
    pass: async (): Promise<void> => { await turns[turn++ % turns.length]?.() },
    /** Somebody joins, gets a task, and closes his account. */
    leave: async (): Promise<void> => {
      await owner.keep()
      const leaver = await colleague(door, mail, owner, 'leo', domain)
      await door.ask(
        'addMember', projectApi.addMember,
        { token: token(), params: { id: home }, body: { userId: leaver.id, role: 'contributor' } },
        { effects: [effect.joined(home, leaver.id)], doneIf: ['already-member'] },
      )
      const task = await door.ask('createTask', taskApi.createTask, { token: token(), body: { projectId: home, title: `Left by ${leaver.id}`, assigneeId: leaver.id } })
      if (!task) return
      door.ledger.acknowledged.push(effect.created(task.id))
      const effects = [effect.left(home, leaver.id), effect.assigned(task.id, null), effect.personGone(leaver.id), ...leaver.sessions.map(effect.signedOut)]
      const reply = await door.ask(
        'closeAccount', userApi.closeAccount,
        { token: leaver.token(), body: { password: leaver.password } },
        { effects, doneIf: ['session-ended', 'account-closing', 'unauthenticated'] },
      )
      if (reply) door.ledger.sagas.push({ sagaId: reply.sagaId, outcomes: ['completed'] })
    },
  }
}
