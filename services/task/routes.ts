import { taskApi } from '../shared/contracts/task/http.ts'
import { serve, type Routes } from '../shared/kit/http/serve.ts'
import { bulk } from './commands/bulk.ts'
import { isUnfinished } from './commands/bulk-results.ts'
import type { TaskChanges } from './commands/change-task.ts'
import { sagaWork } from './commands/saga-work.ts'
import type { TaskDeps } from './compose.ts'
import { commentHandlers } from './routes/comments.ts'
import { internalRoutes } from './routes/internal.ts'
import { listHandlers } from './routes/lists.ts'
import { taskHandlers } from './routes/tasks.ts'

/** Every operation of the task service. */
export const taskRoutes = (deps: TaskDeps, changes: TaskChanges): Routes[] => {
  const runBulk = bulk(changes, deps.clock)
  return [
    serve(taskApi, {
      ...taskHandlers(deps, changes), ...listHandlers(deps, changes), ...commentHandlers(deps, changes),
      bulkTasks: async ({ actor, body, meta, newId }) => {
        const results = await runBulk(actor, body.operations, meta, newId)
        return { body: { results }, unfinished: results.some(isUnfinished) }
      },
    }),
    internalRoutes(sagaWork(deps, changes)),
  ]
}
