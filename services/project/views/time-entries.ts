import { z } from 'zod'
import type { Aggregate } from '../../shared/kit/events/log/aggregate.ts'
import type { EventLog } from '../../shared/kit/events/log/event-log.ts'
import { stateView } from '../../shared/kit/events/views/view.ts'
import { decodeCursor, pageOf } from '../../shared/kit/http/input/page.ts'
import { mondayOf, mondaysBetween } from '../domain/allocation.ts'
import type { TimeEntry, TimeEntryCommand, TimeEntryEvent, Worked } from '../domain/time-entry.ts'
import { presentEntry } from '../present.ts'
import type { StoredEvent } from '../publish.ts'

/** `week` is the Monday, so that a span of weeks is looked up by equality. */
export type TimeRow = Worked & { organizationId: string; createdAt: string; week: string }
export type Span = { from?: string | undefined; to?: string | undefined }
type Query = Span & { limit: number; cursor?: string | undefined; userId?: string | undefined; taskId?: string | undefined }
const Cursor = z.tuple([z.string().max(40), z.string().max(100)])

export const timeViews = (log: EventLog<StoredEvent>, aggregate: Aggregate<TimeEntry, TimeEntryCommand, TimeEntryEvent>) => {
  const view = stateView({
    log, aggregate, collection: 'time_entries', indexes: ['organizationId', 'projectId', 'week'],
    toDocument: (state, { tenantId }): TimeRow | undefined => {
      if (state.phase !== 'logged') return undefined
      const { projectId, taskId, userId, minutes, startedAt, note, createdAt } = state
      return { organizationId: tenantId, projectId, taskId, userId, minutes, startedAt, note, createdAt, week: mondayOf(startedAt) }
    },
  })
  const within = ({ from, to }: Span) => from === undefined && to === undefined
    ? {}
    : { startedAt: { ...(from !== undefined && { $gte: from }), ...(to !== undefined && { $lte: to }) } }
  return {
    view,
    list: async (organizationId: string, projectId: string, { limit, cursor, userId, taskId, ...span }: Query) => {
      await view.settled()
      const rows = await view.collection.find({
        organizationId, projectId, ...within(span),
        ...(cursor !== undefined && after(decodeCursor(Cursor, cursor))),
        ...(userId !== undefined && { userId }),
        ...(taskId !== undefined && { taskId }),
      }, { sort: { startedAt: -1, _id: -1 }, limit: limit + 1 })
      return pageOf(rows.map(r => presentEntry(r._id, r.version, r)), limit, last => [last.startedAt, last.id])
    },
    /** All of it, for whoever removes it. */
    allOf: (organizationId: string, projectId: string) => view.now(organizationId, { organizationId, projectId }),
    inProject: async (organizationId: string, projectId: string, span: Span = {}) => {
      await view.settled()
      return view.collection.find({ organizationId, projectId, ...within(span) })
    },
    inWeeks: async (organizationId: string, from: string, to: string) => {
      await view.settled()
      return (await Promise.all(mondaysBetween(from, to).map(week => view.collection.find({ organizationId, week })))).flat()
    },
  }
}
export type TimeViews = ReturnType<typeof timeViews>

const after = ([startedAt, id]: [string, string]) => ({ $or: [{ startedAt: { $lt: startedAt } }, { startedAt, _id: { $lt: id } }] })
