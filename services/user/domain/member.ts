import type { Decider } from '../../shared/kit/decider.ts'
import type { OrganizationRole } from '../../shared/contracts/primitives.ts'

/** `version`: of the organization whose news this is; what a person changes himself has none, nor had older events. */
export type MemberEvent =
  | { type: 'Joined'; role: OrganizationRole; invitedBy: string | null; version?: number }
  | { type: 'Changed'; changed: string[]; role: OrganizationRole | null; version?: number }
  | { type: 'Left'; version?: number }
export type MemberCommand = { type: 'Tell'; news: MemberEvent }
/** `newest`: the role that was told last, and which version of the organization gave it; `leftBy`: the version by which he had left. */
export type MemberState = { status: 'unknown' | 'member' | 'left'; newest?: { version: number; role: OrganizationRole }; leftBy?: number }

const decide = ({ status, newest, leftBy }: MemberState, { news }: MemberCommand): MemberEvent[] => {
  // Of two replicas the one with the older news may come second.
  const isBefore = (version: number | undefined): boolean => news.version !== undefined && version !== undefined && news.version < version
  const isOld = isBefore(newest?.version)
  switch (news.type) {
    case 'Joined':
      if (status === 'member' || (status === 'left' && (isOld || isBefore(leftBy)))) return []
      // That he is there must be told even so, but not with a role that is over.
      return [isOld ? { ...news, ...newest } : news]
    case 'Changed': return status === 'left' || isOld ? [] : [news]
    case 'Left': return status === 'left' ? [] : [news]
  }
}
const evolve = (state: MemberState, event: MemberEvent): MemberState => {
  switch (event.type) {
    case 'Joined': return { ...told(state, event), status: 'member' }
    case 'Changed': return told(state, event)
    case 'Left': return { ...state, status: 'left', ...(event.version !== undefined && { leftBy: event.version }) }
  }
}
const told = (state: MemberState, { version, role }: { version?: number; role: OrganizationRole | null }): MemberState =>
  (version === undefined || role === null ? state : { ...state, newest: { version, role } })

/**
 * What an organization is told about one of its people, in order: the source of UserCreated, UserUpdated and UserDeleted.
 * Stream `<organization>/member/<userId>`; it follows the streams of the person and of the organization.
 */
export const memberDecider: Decider<MemberState, MemberCommand, MemberEvent> = { initial: { status: 'unknown' }, decide, evolve }
