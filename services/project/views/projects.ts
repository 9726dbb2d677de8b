import { z } from 'zod'
import type { ProjectStatus } from '../../shared/contracts/project/events.ts'
import type { Project as PublicProject } from '../../shared/contracts/project/schemas.ts'
import type { Aggregate } from '../../shared/kit/events/log/aggregate.ts'
import type { EventLog } from '../../shared/kit/events/log/event-log.ts'
import { stateView } from '../../shared/kit/events/views/view.ts'
import { foldText } from '../../shared/kit/fold-text.ts'
import { decodeCursor, pageOf } from '../../shared/kit/http/input/page.ts'
import type { Project, ProjectCommand, ProjectEvent } from '../domain/project-state.ts'
import { presentProject } from '../present.ts'
import type { StoredEvent } from '../publish.ts'

/** A row of the projects list. Its lists of people have no index: an index entry has room for some kilobytes, and a project for hundreds of people. */
export type ProjectRow = {
  organizationId: string; phase: 'building' | 'live' | 'deleted'; status: ProjectStatus; search: string; createdAt: string
  memberIds: string[]; departedIn: string[]; project: PublicProject
}
type Query = {
  limit: number; cursor?: string | undefined; status?: ProjectStatus | undefined; q?: string | undefined
  memberId?: string | undefined; deleted?: 'true' | 'false' | undefined
}
const Cursor = z.tuple([z.string().max(40), z.string().max(100)])

export const toProjectRow = (state: Project, { tenantId, id, version }: { tenantId: string; id: string; version: number }): ProjectRow | undefined => {
  if (state.phase === 'absent' || state.phase === 'planned' || state.phase === 'purged') return undefined
  const { phase, status, name, key, createdAt, members, departures } = state
  return {
    organizationId: tenantId, phase, status, search: foldText(`${name}\n${key}`), createdAt,
    memberIds: members.map(m => m.userId), departedIn: Object.keys(departures), project: presentProject(id, version, state),
  }
}

export const projectViews = (log: EventLog<StoredEvent>, aggregate: Aggregate<Project, ProjectCommand, ProjectEvent>) => {
  const view = stateView({
    log, aggregate, collection: 'projects', indexes: ['organizationId'],
    fields: ['phase', 'status', 'search', 'createdAt', 'memberIds', 'departedIn'],
    toDocument: toProjectRow,
  })
  return {
    view,
    /** Newest first. `onlyOf`: the person whose memberships limit what is seen. */
    list: async (organizationId: string, onlyOf: string | undefined, { limit, cursor, status, q, memberId, deleted }: Query) => {
      await view.settled()
      const people = [...new Set([onlyOf, memberId].filter(p => p !== undefined))]
      const rows = await view.collection.find({
        organizationId, phase: deleted === 'true' ? 'deleted' : 'live',
        ...(status !== undefined && { status }),
        ...(people.length === 1 && { memberIds: people[0] }),
        ...(people.length === 2 && { $and: people.map(p => ({ memberIds: p })) }),
        ...(q && { search: { $regex: searched(q) } }),
        ...(cursor !== undefined && after(decodeCursor(Cursor, cursor))),
      }, { sort: { createdAt: -1, _id: -1 }, limit: limit + 1 })
      return pageOf(rows.map(r => r.project), limit, last => [last.createdAt, last.id])
    },
    /** Every project a person belongs to, those being built or deleted too: they count when an account is closed. */
    ofMember: (organizationId: string, userId: string) => view.now(organizationId, { organizationId, memberIds: userId }),
    departedIn: (organizationId: string, sagaId: string) => view.now(organizationId, { organizationId, departedIn: sagaId }),
    /** The projects whose members are at work now. */
    staffed: async (organizationId: string, onlyOf: string | undefined) => {
      await view.settled()
      return view.collection.find({ organizationId, phase: 'live', ...(onlyOf !== undefined && { memberIds: onlyOf }) })
    },
  }
}
export type ProjectViews = ReturnType<typeof projectViews>

const after = ([createdAt, id]: [string, string]) => ({ $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: id } }] })
/** Rows from before texts were folded are in lower case only. */
const searched = (q: string): string => [...new Set([foldText(q), q.toLowerCase()])].map(escaped).join('|')
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
