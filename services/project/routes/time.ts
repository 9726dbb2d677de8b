import { z } from 'zod'
import type { projectApi } from '../../shared/contracts/project/http.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Handlers } from '../../shared/kit/http/call.ts'
import { decodeCursor, pageOf } from '../../shared/kit/http/input/page.ts'
import type { ProjectDeps } from '../deps.ts'
import { allocationOf, mondaysBetween } from '../domain/allocation.ts'
import { notArchived } from '../domain/editing.ts'
import { timeReport } from '../domain/time-report.ts'
import { timeOf } from '../domain/timer.ts'
import { instant, spanOf } from '../input.ts'
import { aside } from '../keys.ts'
import { demand, may, seesAll } from '../policies.ts'
import { presentEntry } from '../present.ts'
import { permitted } from './projects.ts'

type Names = 'allocation' | 'runningTimer' | 'stopTimer' | 'startTimer' | 'logTime' | 'listTime' | 'timeReport' | 'removeTime'
const mostWeeks = 53

export const timeHandlers = (deps: ProjectDeps): Pick<Handlers<typeof projectApi>, Names> => {
  const { entries, timers, views, peers, clock } = deps

  /** A task that is named must be one of this project, and one that the user may see. */
  const taskOf = async (projectId: string, taskId: string | undefined, token: string | undefined): Promise<string | null> => {
    if (taskId === undefined) return null
    const unknown = (): Refused => new Refused('missing', 'task-unknown', 'There is no such task in this project.')
    const task = await peers.task.getTask({ params: { id: taskId }, token })
      .catch((error: unknown) => { throw error instanceof Refused && error.kind === 'forbidden' ? unknown() : error })
    if (task.projectId !== projectId) throw unknown()
    return taskId
  }
  const workable = async (actor: Parameters<typeof permitted>[1], id: string): Promise<void> => {
    notArchived(await permitted(deps, actor, id, 'logTime', 'log time in this project'))
  }

  return {
    logTime: async ({ actor, params: { id }, body, meta, newId, token }) => {
      await workable(actor, id)
      const taskId = await taskOf(id, body.taskId, token)
      const { minutes, note } = body
      const worked = { projectId: id, taskId, userId: actor.userId, minutes, startedAt: instant(body.startedAt), note }
      const entryId = newId()
      const { state, version } = await entries.handle(actor.organizationId, entryId, { type: 'LogTime', worked, at: meta.at }, meta)
      return { body: presentEntry(entryId, version, { ...worked, createdAt: state.phase === 'absent' ? meta.at : state.createdAt }) }
    },

    startTimer: async ({ actor, params: { id }, body, meta, newId, token }) => {
      await workable(actor, id)
      const taskId = await taskOf(id, body.taskId, token)
      const { state, version } = await timers.handle(actor.organizationId, actor.userId, {
        type: 'StartTimer', entryId: newId(), projectId: id, taskId, note: body.note, at: meta.at,
      }, meta)
      if (!state.running) throw new Refused('rule', 'timer-not-running', 'Your timer was stopped in the meantime.')
      return { body: { ...state.running, version } }
    },
    runningTimer: async ({ actor }) => {
      const { state: { running }, version } = await timers.load(actor.organizationId, actor.userId)
      return { body: { timer: running && { ...running, version } } }
    },
    stopTimer: async ({ actor, meta }) => {
      const { state: { last } } = await timers.handle(actor.organizationId, actor.userId, { type: 'StopTimer', at: meta.at }, meta)
      if (!last) throw new Refused('rule', 'timer-not-running', 'Your timer is not running.')
      const command = timeOf(actor.userId, last)
      // The reaction to the stopped timer does the same; whoever comes second changes nothing.
      const { version } = await entries.handle(actor.organizationId, last.entryId, command, aside(meta))
      return { body: presentEntry(last.entryId, version, { ...command.worked, createdAt: command.at }) }
    },

    listTime: async ({ actor, params: { id }, query: { from, to, ...query } }) => {
      await permitted(deps, actor, id, 'see', 'see this project')
      return { body: await views.time.list(actor.organizationId, id, { ...query, ...spanOf({ from, to }) }) }
    },
    timeReport: async ({ actor, params: { id }, query }) => {
      await permitted(deps, actor, id, 'see', 'see this project')
      const span = spanOf(query)
      const worked = await views.time.inProject(actor.organizationId, id, span)
      return { body: { groupBy: query.groupBy, from: span.from ?? null, to: span.to ?? null, ...timeReport(worked, query.groupBy) } }
    },
    removeTime: async ({ actor, params: { id, entryId }, meta }) => {
      const project = await permitted(deps, actor, id, 'see', 'see this project')
      const { state } = await entries.load(actor.organizationId, entryId)
      if (state.phase !== 'logged' || state.projectId !== id) throw new Refused('missing', 'entry-unknown', 'There is no such time entry in this project.')
      demand(state.userId === actor.userId || may('removeTimeOfOthers', project, actor), 'delete the time of others')
      await entries.handle(actor.organizationId, entryId, { type: 'RemoveTime', projectId: id, at: meta.at }, meta)
      return {}
    },

    allocation: async ({ actor, query: { limit, cursor, capacityHours, ...query } }) => {
      const { from = clock.now(), to = clock.now() } = spanOf(query)
      if (mondaysBetween(from, to).length > mostWeeks) {
        const errors = [{ path: 'query.to', message: `must lie within ${mostWeeks} weeks of \`from\`` }]
        throw new Refused('invalid', 'bad-range', `A span of at most ${mostWeeks} weeks can be asked for.`, { errors })
      }
      const seen = await views.projects.staffed(actor.organizationId, seesAll(actor) ? undefined : actor.userId)
      const visibleIds = new Set(seen.map(row => row.project.id))
      const booked = (await views.time.inWeeks(actor.organizationId, from, to)).filter(row => visibleIds.has(row.projectId))
      const projects = seen.filter(row => row.status === 'active').map(row => row.project)
      const after = cursor === undefined ? '' : decodeCursor(z.string().max(100), cursor)
      const people = allocationOf({ projects, booked, from, to, capacityMinutes: Math.round(capacityHours * 60) }).filter(p => p.userId > after)
      return { body: pageOf(people, limit, last => last.userId) }
    },
  }
}
