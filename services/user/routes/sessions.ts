import { z } from 'zod'
import { Id } from '../../shared/contracts/primitives.ts'
import type { sessionsApi } from '../../shared/contracts/user/http.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import type { Handlers } from '../../shared/kit/http/call.ts'
import { decodeCursor, pageOf } from '../../shared/kit/http/input/page.ts'
import type { UserDeps } from '../deps.ts'
import { expiryOf } from '../identity/session-row.ts'
import { shutsOut, signIn } from '../identity/sign-in.ts'
import { ticketSeconds } from '../identity/tickets.ts'

const Cursor = z.object({ after: Id })

/** Who is shut out of an organization does not see it; one that cannot be asked now is no shorter list. */
const unlessOutage = (error: unknown): undefined => { if (!shutsOut(error)) throw error }

/** The user's own sessions, tickets for sockets, and the way to another of his organizations. */
export const ownSessions = (deps: UserDeps): Handlers<typeof sessionsApi> => {
  const { sessions, persons, tickets, clock } = deps
  const enter = signIn(deps)

  return {
    listSessions: async ({ actor, query: { limit, cursor } }) => {
      const after = cursor === undefined ? undefined : decodeCursor(Cursor, cursor).after
      const rows = (await sessions.living(actor.userId, clock.now()))
        .toSorted((a, b) => (a._id < b._id ? 1 : -1))
        .filter(row => after === undefined || row._id < after)
      const { items, nextCursor } = pageOf(rows, limit, last => ({ after: last._id }))
      const shown = items.map(row => ({
        id: row._id, createdAt: row.createdAt, lastSeenAt: row.lastSeenAt, expiresAt: expiryOf(row),
        ip: row.ip, userAgent: row.userAgent, current: row._id === actor.sessionId,
      }))
      return { body: { nextCursor, items: shown } }
    },
    endSession: async ({ actor, params: { id }, meta }) => {
      const row = await sessions.find(id)
      if (row?.userId !== actor.userId) throw new Refused('missing', 'session-unknown', 'There is no such session of yours.')
      await sessions.end(row, 'ended', meta)
      return {}
    },
    wsTicket: async ({ actor: { userId, organizationId, sessionId } }) => {
      const { role } = await enter.membership(userId, organizationId)
      const ticket = await tickets.issue({ userId, organizationId, role, sessionId, issuedAt: clock.now() })
      return { body: { ticket, expiresIn: ticketSeconds } }
    },
    listOrganizations: async ({ actor, query: { limit, cursor } }) => {
      const after = cursor === undefined ? undefined : decodeCursor(Cursor, cursor).after
      const { state: person } = await persons.load(NO_TENANT, actor.userId)
      const ids = person.status === 'active' ? person.organizations : []
      // In the order in which he joined. The list only grows, so the last one shown is still in it.
      const rest = after === undefined ? ids : ids.slice(ids.indexOf(after) + 1)
      const mine = await Promise.all(rest.map(id => enter.membership(actor.userId, id).catch(unlessOutage)))
      const { items, nextCursor } = pageOf(mine.filter(m => m !== undefined), limit, last => ({ after: last.organizationId }))
      return { body: { items: items.map(({ organizationId, name, role }) => ({ id: organizationId, name, role })), nextCursor } }
    },
    switchOrganization: async call => {
      const member = await enter.membership(call.actor.userId, call.params.id)
      return { body: await enter.start({ userId: call.actor.userId, member, by: 'switch', from: call.actor.sessionId, tokenIn: call.body.tokenIn }, call) }
    },
  }
}
