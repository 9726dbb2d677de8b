import type { projectApi } from '../../shared/contracts/project/http.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Actor, Handlers } from '../../shared/kit/http/call.ts'
import { decodeCursor, pageOf } from '../../shared/kit/http/input/page.ts'
import { z } from 'zod'
import type { ProjectDeps } from '../deps.ts'
import { historyEntry } from '../history.ts'
import type { Existing } from '../domain/project-state.ts'
import { removedStatuses } from '../domain/workflow.ts'
import { instant, sent } from '../input.ts'
import { demand, may, seesAll, seesOrigins, type Action } from '../policies.ts'
import { onceVisible, presentProject, projectUnknown, visible } from '../present.ts'
import { createProject } from './creating.ts'

type Names =
  | 'createProject' | 'listProjects' | 'getProject' | 'updateProject' | 'changeProjectStatus'
  | 'deleteProject' | 'restoreProject' | 'projectHistory' | 'setWorkflow'

/** The project, when it is there and the actor may do this with it. */
export const permitted = async ({ projects }: ProjectDeps, actor: Actor, id: string, action: Action, what: string): Promise<Existing> => {
  const project = visible((await projects.load(actor.organizationId, id)).state)
  demand(may(action, project, actor), what)
  return project
}

const momentOf = ({ version, at }: { version?: number | undefined; at?: string | undefined }): { version: number } | { time: string } | undefined => {
  if (version !== undefined && at !== undefined) {
    const errors = [{ path: 'query.version', message: 'give either at or version' }]
    throw new Refused('invalid', 'invalid', 'Give either at or version.', { errors })
  }
  if (version !== undefined) return { version }
  return at === undefined ? undefined : { time: at }
}

export const projectHandlers = (deps: ProjectDeps): Pick<Handlers<typeof projectApi>, Names> => {
  const { projects, views, keys, peers } = deps
  return {
    createProject: createProject(deps),
    listProjects: async ({ actor, query }) => ({ body: await views.projects.list(actor.organizationId, seesAll(actor) ? undefined : actor.userId, query) }),

    getProject: async ({ actor, params: { id }, query }) => {
      const now = await projects.load(actor.organizationId, id)
      const when = momentOf(query)
      const then = when ? await projects.at(actor.organizationId, id, when) : now
      // The past can be looked at by those who may see the project now, or were its members when it was deleted.
      const project = visible(then.state)
      if (query.version !== undefined && then.version !== query.version) throw projectUnknown()
      demand(may('see', onceVisible(now.state), actor), 'see this project')
      return { body: presentProject(id, then.version, project), version: then.version }
    },

    updateProject: async ({ actor, params: { id }, body, meta }) => {
      const before = await permitted(deps, actor, id, 'update', 'change this project')
      const fields = sent({ ...body, startAt: instant(body.startAt), dueAt: instant(body.dueAt) })
      const rekeyed = fields.key !== undefined && fields.key !== before.key ? fields.key : undefined
      if (rekeyed !== undefined) await keys.take(actor.organizationId, rekeyed, id, meta)
      try {
        const { state, version } = await projects.handle(actor.organizationId, id, { type: 'UpdateProject', fields, at: meta.at }, meta)
        // The follow-up of an earlier change may have given this key back between the claim and the commit.
        if (rekeyed !== undefined) await keys.take(actor.organizationId, rekeyed, id, meta)
        return { body: presentProject(id, version, visible(state)), version }
      } catch (error) {
        if (rekeyed !== undefined && error instanceof Refused && error.kind !== 'unavailable') await keys.release(actor.organizationId, rekeyed, id, meta)
        throw error
      }
    },

    changeProjectStatus: async ({ actor, params: { id }, body, meta }) => {
      await permitted(deps, actor, id, 'changeStatus', 'move this project')
      const { state, version } = await projects.handle(actor.organizationId, id, { type: 'ChangeStatus', status: body.status, at: meta.at }, meta)
      return { body: presentProject(id, version, visible(state)), version }
    },

    setWorkflow: async ({ actor, params: { id }, body, meta, token }) => {
      const before = await permitted(deps, actor, id, 'setWorkflow', 'define the workflow of this project')
      const inUse: string[] = []
      for (const status of removedStatuses(before.workflow, body)) {
        const { items } = await peers.task.listTasks({ query: { projectId: id, status, limit: 1 }, token, meta })
        if (items.length) inUse.push(status)
      }
      if (inUse.length) throw new Refused('rule', 'status-in-use', `Tasks are in ${inUse.join(', ')}; move them to another status first.`, { statuses: inUse })
      const { state, version } = await projects.handle(actor.organizationId, id, { type: 'SetWorkflow', workflow: body, at: meta.at }, meta)
      return { body: presentProject(id, version, visible(state)), version }
    },

    deleteProject: async ({ actor, params: { id }, meta, newId }) => {
      await permitted(deps, actor, id, 'delete', 'delete this project')
      const { state } = await projects.handle(actor.organizationId, id, { type: 'DeleteProject', sagaId: `delete-project.${newId()}`, at: meta.at }, meta)
      if (state.phase !== 'deleted' || !state.deletion) throw projectUnknown()
      return { body: { sagaId: state.deletion.sagaId } }
    },

    restoreProject: async ({ actor, params: { id }, meta }) => {
      const { state: before } = await projects.load(actor.organizationId, id)
      if (before.phase === 'absent' || before.phase === 'planned') throw projectUnknown()
      demand(may('restore', before, actor), 'restore this project')
      const { state, version } = await projects.handle(actor.organizationId, id, { type: 'RestoreProject', at: meta.at }, meta)
      return { body: presentProject(id, version, visible(state)), version }
    },

    projectHistory: async ({ actor, params: { id }, query: { limit, cursor } }) => {
      demand(may('see', onceVisible((await projects.load(actor.organizationId, id)).state), actor), 'see this project')
      const before = cursor === undefined ? Infinity : decodeCursor(z.number().int(), cursor)
      const entries = await projects.history(actor.organizationId, id, { before, limit: limit + 1 })
      return { body: pageOf(entries.map(entry => historyEntry(entry, seesOrigins(actor))), limit, last => last.version) }
    },
  }
}
