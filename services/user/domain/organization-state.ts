import { Refused } from '../../shared/kit/decider.ts'
import { emptyMap, entriesOf, getIn, type PersistentMap } from '../../shared/kit/persistent-map.ts'
import type { OrganizationRole } from '../../shared/contracts/primitives.ts'

/** Shut out and leaving are two facts: who is shut out can close his account, and is still shut out when that is taken back. */
export type Membership = {
  role: OrganizationRole; disabled: boolean; leaving: boolean; joinedAt: string; invitedBy: string | null
  /** How many events have been about it. */
  version: number
}
export type OpenInvitation = { emailHash: string; email: string; role: OrganizationRole; invitedBy: string; createdAt: string; expiresAt: string }
/**
 * What became of invitations: who accepted, or null. Those before `since` go when the next week is full,
 * so each is known at least as long as it could have been open.
 */
export type Settled = { since: string; recent: PersistentMap<{ acceptedBy: string | null }>; before: PersistentMap<{ acceptedBy: string | null }> }
export type Organization = {
  status: 'absent' | 'active'
  name: string
  /** When its first member joined. */
  foundedAt: string
  members: PersistentMap<Membership>
  /** Those that are not settled; one whose sender may not give it any more waits with them. */
  invitations: PersistentMap<OpenInvitation>
  settled: Settled
  /** Every invitation of the last 24 hours, whatever has become of it; the oldest first. */
  invited: readonly { mailboxHash: string; at: string }[]
}
export const nobody: Organization = {
  status: 'absent', name: '', foundedAt: '', members: emptyMap, invitations: emptyMap,
  settled: { since: '', recent: emptyMap, before: emptyMap }, invited: [],
}

/** The membership, or a refusal that does not tell strangers from the unknown. */
export const memberOf = (organization: Organization, userId: string): Membership => {
  const member = getIn(organization.members, userId)
  if (!member) throw new Refused('missing', 'user-unknown', 'There is no such member.')
  return member
}
/** The membership of somebody who wants to act in the organization, or why he may not (any more). */
export const actingIn = (organization: Organization, userId: string): Membership => {
  const member = getIn(organization.members, userId)
  if (!member) throw new Refused('missing', 'organization-unknown', 'There is no such organization among yours.')
  if (member.disabled) throw new Refused('forbidden', 'account-disabled', 'The organization has shut this account out.')
  if (member.leaving) throw new Refused('forbidden', 'account-closing', 'The account is being closed.')
  return member
}
/** Neither shut out nor leaving. */
export const isActive = ({ disabled, leaving }: Membership): boolean => !disabled && !leaving
/** Whether somebody of this role may bring others in with that one. */
export const mayGive = (actor: OrganizationRole, role: OrganizationRole): boolean => actor === 'owner' || (actor === 'admin' && role !== 'owner')

/** Who has been there longer comes first. */
export const byJoining = ([a, x]: readonly [string, Membership], [b, y]: readonly [string, Membership]): number =>
  (x.joinedAt < y.joinedAt || (x.joinedAt === y.joinedAt && a < b) ? -1 : 1)
/** The active owner who has been there longest, other than `userId`. */
export const otherOwner = (organization: Organization, userId: string): string | null =>
  entriesOf(organization.members).filter(([id, m]) => id !== userId && m.role === 'owner' && isActive(m)).toSorted(byJoining)[0]?.[0] ?? null

export const soleOwner = (): Refused => new Refused('rule', 'sole-owner', 'The organization needs another owner first.')
/** While others depend on him, the only owner stays; who is shut out or leaving does not. */
export const refuseSoleOwner = (organization: Organization, userId: string): void => {
  const owner = getIn(organization.members, userId)
  if (owner?.role !== 'owner' || !isActive(owner)) return
  const others = entriesOf(organization.members).some(([id, m]) => id !== userId && isActive(m))
  if (others && !otherOwner(organization, userId)) throw soleOwner()
}
