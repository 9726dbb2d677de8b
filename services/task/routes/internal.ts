import { taskInternal } from '../../shared/contracts/task/internal.ts'
import { serve, type Routes } from '../../shared/kit/http/serve.ts'
import type { SagaWork } from '../commands/saga-work.ts'

/** What other services' sagas ask for. */
export const internalRoutes = (work: SagaWork): Routes => serve(taskInternal, {
  releaseTasks: async ({ body: { organizationId, userId, sagaId }, meta }) =>
    ({ body: { released: await work.release(organizationId, userId, sagaId, meta) } }),
  reassignTasks: async ({ body: { organizationId, userId, sagaId, released = [] }, meta }) =>
    ({ body: { reassigned: await work.reassign(organizationId, userId, sagaId, released.map(r => r.taskId), meta) } }),
  createTasks: async ({ body: { organizationId, projectId, sagaId, actor, tasks }, meta }) =>
    ({ body: { created: await work.create(organizationId, projectId, sagaId, actor, tasks, meta) } }),
  discardTasks: async ({ body: { organizationId, projectId, sagaId }, meta }) =>
    ({ body: { discarded: await work.discard(organizationId, projectId, sagaId, meta) } }),
  deleteProjectTasks: async ({ body: { organizationId, projectId, sagaId }, meta }) =>
    ({ body: { deleted: await work.deleteAll(organizationId, projectId, sagaId, meta) } }),
  restoreProjectTasks: async ({ body: { organizationId, projectId, sagaId }, meta }) =>
    ({ body: { restored: await work.restoreAll(organizationId, projectId, sagaId, meta) } }),
})
