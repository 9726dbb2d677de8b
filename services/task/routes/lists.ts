import { z } from 'zod'
import type { TaskSort, taskApi } from '../../shared/contracts/task/http.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Handlers } from '../../shared/kit/http/call.ts'
import { decodeCursor, pageOf } from '../../shared/kit/http/input/page.ts'
import type { TaskChanges } from '../commands/change-task.ts'
import type { TaskDeps } from '../compose.ts'
import { seesOrigins } from '../policies.ts'
import { differences, presentTask } from '../present.ts'
import { filterOf, narrowOf } from '../views/filter.ts'

/** Where a list goes on: its order, the last place shown, and the time by which scores were computed. */
const ListCursor = z.strictObject({ sort: z.string().max(40), key: z.union([z.string(), z.number(), z.null()]), id: z.string(), at: z.iso.datetime() })
/** The name of an order within cursors: one that was given out when titles were sorted in another way belongs to another order. */
const nameOf = (sort: TaskSort): string => (sort.endsWith('title') ? `${sort}-folded` : sort)
const HistoryCursor = z.strictObject({ before: z.number().int().min(1) })

type Served = Pick<typeof taskApi, 'listTasks' | 'taskHistory'>
/** Many tasks, and the history of one. */
export const listHandlers = ({ access, lists, replicas, tasks, clock }: TaskDeps, changes: TaskChanges): Handlers<Served> => ({
  listTasks: async ({ actor, query }) => {
    const cursor = query.cursor === undefined ? undefined : decodeCursor(ListCursor, query.cursor)
    if (cursor && cursor.sort !== nameOf(query.sort)) throw new Refused('invalid', 'bad-cursor', 'The cursor belongs to another order.')
    const at = cursor?.at ?? clock.now()
    const matches = filterOf(query, at)
    const projectIds = query.projectId === undefined ? await access.visible(actor) : [(await access.permit('see', actor, query.projectId)).project.projectId]
    await replicas.caughtUp()
    const wanted = { matches, sort: query.sort, after: cursor, count: query.limit + 1, now: at }
    const found = await lists.find(actor.organizationId, projectIds, wanted, query.projectId === undefined ? narrowOf(query) : undefined)
    const { items, nextCursor } = pageOf(found, query.limit, ({ place }) => ({ sort: nameOf(query.sort), ...place, at }))
    return { body: { items: items.map(({ row, index }) => presentTask(row._id, row.version, row, at, index.countsOf(row))), nextCursor } }
  },
  taskHistory: async ({ actor, params: { id }, query }) => {
    const before = query.cursor === undefined ? Infinity : decodeCursor(HistoryCursor, query.cursor).before
    await changes.permitted('recall', actor, id)
    const entries = await tasks.history(actor.organizationId, id, { before, limit: query.limit + 1 })
    const { items, nextCursor } = pageOf(entries, query.limit, last => ({ before: last.version }))
    const origin = (network: string | undefined) => (network !== undefined && seesOrigins(actor.role) ? { network } : {})
    return { body: { nextCursor, items: items.map(({ version, at, actor: who, correlationId, network, events, before: was, after }) =>
      ({ version, at, actor: who, correlationId, events: events.map(e => e.type), changes: differences(was, after), ...origin(network) })) } }
  },
})
