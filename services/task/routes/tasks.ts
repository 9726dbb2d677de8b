import type { taskApi } from '../../shared/contracts/task/http.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Call, Handlers } from '../../shared/kit/http/call.ts'
import { unknownTask, type Changed, type TaskChanges } from '../commands/change-task.ts'
import type { TaskDeps } from '../compose.ts'
import { taskPresenter } from './task-presenter.ts'

type Served = Pick<
  typeof taskApi,
  'createTask' | 'getTask' | 'updateTask' | 'deleteTask' | 'restoreTask' | 'changeStatus' | 'addDependency' | 'removeDependency'
>

/** One task at a time. */
export const taskHandlers = (deps: TaskDeps, changes: TaskChanges): Handlers<Served> => {
  const show = taskPresenter(deps)
  const answer = async (organizationId: string, changed: Changed) => ({ body: await show.now(organizationId, changed), version: changed.version })
  return {
    createTask: async ({ actor, body, meta, newId }) => {
      const id = newId()
      return { ...await answer(actor.organizationId, await changes.create(actor, id, body, meta)), headers: { Location: `/api/tasks/${id}` } }
    },
    getTask: async call => {
      const { actor, params: { id }, query } = call
      const ofPast = query.at !== undefined || query.version !== undefined
      const { task, version } = await changes.permitted(ofPast ? 'recall' : 'see', actor, id)
      // A version that still holds is no past: its score is that of now.
      if (ofPast && (query.at !== undefined || query.version !== version)) return past(deps, call)
      if (!ofPast && task.deletedAt !== null) throw unknownTask(id)
      return answer(actor.organizationId, { id, task, version })
    },
    updateTask: async ({ actor, params, body, meta }) => answer(actor.organizationId, await changes.update(actor, params.id, body, meta)),
    deleteTask: async ({ actor, params, meta }) => ({ version: (await changes.remove(actor, params.id, meta)).version }),
    restoreTask: async ({ actor, params, meta }) => answer(actor.organizationId, await changes.restore(actor, params.id, meta)),
    changeStatus: async ({ actor, params, body, meta }) => answer(actor.organizationId, await changes.changeStatus(actor, params.id, body.status, meta)),
    addDependency: async ({ actor, params, body, meta }) => answer(actor.organizationId, await changes.addDependency(actor, params.id, body.blockedBy, meta)),
    removeDependency: async ({ actor, params, meta }) => ({ version: (await changes.removeDependency(actor, params.id, params.otherId, meta)).version }),
  }
}

const past = async (deps: TaskDeps, { actor, params: { id }, query }: Call<typeof taskApi.getTask>) => {
  if (query.at !== undefined && query.version !== undefined) {
    const errors = [{ path: 'query.version', message: 'give either at or version' }]
    throw new Refused('invalid', 'invalid', 'Give either at or version.', { errors })
  }
  const time = query.at === undefined ? undefined : new Date(query.at).toISOString()
  const moment = time === undefined ? { version: query.version ?? 0 } : { time }
  const { state, version } = await deps.tasks.at(actor.organizationId, id, moment)
  if (!state.exists || (query.version !== undefined && version !== query.version))
    throw new Refused('missing', 'version-unknown', 'There was no such task at that time or version.')
  return { body: await taskPresenter(deps).past(actor.organizationId, { id, task: state, version }, time ?? state.updatedAt), version }
}
