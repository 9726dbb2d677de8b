import { z } from 'zod'
import { closeCodes } from '../../shared/contracts/gateway/live.ts'
import { OrganizationRole } from '../../shared/contracts/primitives.ts'
import type { CloudEvent } from '../../shared/contracts/feed.ts'
import type { Audience } from './audience.ts'
import type { Journal } from './journal.ts'
import { liveEvent, type LiveEvent } from './live-event.ts'
import { seesAll, type Memberships } from './memberships.ts'
import type { Session } from './session.ts'
import type { TokenStatus } from './token-status.ts'

export type HubOptions = { audience: Audience<Session>; journal: Journal; memberships: Memberships; tokenStatus: Pick<TokenStatus, 'hear'> }
export type Hub = {
  join(session: Session): void
  leave(session: Session): void
  /** Journals an event, keeps rights true, and offers it to every session that may want it. */
  publish(event: CloudEvent): void
  push(event: LiveEvent): number
  closeAll(code: number, reason: string): void
  readonly size: number
  /** How many of them are this person's. */
  sizeOf(userId: string): number
}

const text = z.string().nullish().catch(undefined)
const Facts = z.object({ userId: text, projectId: text, sessionId: text, role: OrganizationRole.nullish().catch(undefined) })

const changeRole = (session: Session, role: OrganizationRole): void => {
  // As long as he saw all, nobody asked what he is a member of: he comes back with his last number, as after any drop, and misses nothing.
  if (seesAll(session.person) && !seesAll({ role })) return session.close(closeCodes.tryAgainLater, 'Your role has changed.')
  session.person.role = role
}

/** All open sessions of this gateway. */
export const hub = ({ audience, journal, memberships, tokenStatus }: HubOptions): Hub => {
  const sessions = new Map<string, Set<Session>>()
  const ofUser = (userId: string | null | undefined): Session[] => [...(sessions.get(userId ?? '') ?? [])]

  const keepTrue = ({ type, data, organizationid }: CloudEvent): void => {
    const { userId, projectId, sessionId, role } = Facts.safeParse(data).data ?? {}
    if (type === 'MemberAdded' && userId && projectId) memberships.joined(organizationid, userId, projectId)
    if (type === 'MemberRemoved' && userId && projectId) memberships.left(organizationid, userId, projectId)
    if (type === 'UserUpdated' && role) for (const s of ofUser(userId)) if (s.person.organizationId === organizationid) changeRole(s, role)
    if (type === 'UserDeleted') for (const s of ofUser(userId)) s.close(closeCodes.sessionEnded, 'The account is closed.')
    if (type === 'SessionEnded') {
      for (const s of ofUser(userId)) if (s.person.sessionId === sessionId) s.close(closeCodes.sessionEnded, 'The session has ended.')
    }
  }
  const push = (event: LiveEvent): number => {
    const entry = journal.append(event)
    // Only sessions of the people it names, and those that follow its project, can be concerned.
    const concerned = new Set([...event.people.flatMap(ofUser), ...(event.projectId === undefined ? [] : audience.of(event.projectId))])
    for (const session of concerned) session.offer(entry)
    return concerned.size
  }
  return {
    join: session => {
      const own = sessions.get(session.person.userId) ?? new Set()
      sessions.set(session.person.userId, own.add(session))
      audience.join(session)
    },
    leave: session => {
      audience.leave(session)
      const own = sessions.get(session.person.userId)
      own?.delete(session)
      if (own?.size === 0) sessions.delete(session.person.userId)
    },
    publish: event => {
      tokenStatus.hear(event)
      const live = liveEvent(event)
      const leaves = event.type === 'MemberRemoved'
      // Who joins sees his own joining; who leaves sees that he left, and nothing after it.
      if (!leaves) keepTrue(event)
      if (live) push(live)
      if (leaves) keepTrue(event)
    },
    push,
    closeAll: (code, reason) => { for (const session of audience.all()) session.close(code, reason) },
    get size() { return audience.size },
    sizeOf: userId => sessions.get(userId)?.size ?? 0,
  }
}
