import { Refused } from '../../shared/kit/decider.ts'
import type { OrganizationRole } from '../../shared/contracts/primitives.ts'

/** Shut out and leaving are two facts: who is shut out can close his account, and is still shut out when that is taken back. */
export type Membership = { role: OrganizationRole; disabled: boolean; leaving: boolean; joinedAt: string; invitedBy: string | null }
export type OpenInvitation = { emailHash: string; email: string; role: OrganizationRole; invitedBy: string; createdAt: string; expiresAt: string }
export type Organization = {
  status: 'absent' | 'active'
  name: string
  members: ReadonlyMap<string, Membership>
  /** Open ones. */
  invitations: ReadonlyMap<string, OpenInvitation>
  /** Settled ones: who accepted, or null. */
  settled: ReadonlyMap<string, string | null>
  /** Every invitation of the last 24 hours, whatever has become of it; the oldest first. */
  invited: readonly { emailHash: string; at: string }[]
}
export const nobody: Organization = { status: 'absent', name: '', members: new Map(), invitations: new Map(), settled: new Map(), invited: [] }

/** The membership, or a refusal that does not tell strangers from the unknown. */
export const memberOf = (organization: Organization, userId: string): Membership => {
  const member = organization.members.get(userId)
  if (!member) throw new Refused('missing', 'user-unknown', 'There is no such member.')
  return member
}
/** Neither shut out nor leaving. */
export const isActive = ({ disabled, leaving }: Membership): boolean => !disabled && !leaving
/** The active owner who has been there longest, other than `userId`. */
export const otherOwner = (organization: Organization, userId: string): string | null =>
  [...organization.members].find(([id, m]) => id !== userId && m.role === 'owner' && isActive(m))?.[0] ?? null

export const soleOwner = (): Refused => new Refused('rule', 'sole-owner', 'The organization needs another owner first.')
/** While others depend on him, the only owner stays; who is shut out or leaving does not. */
export const refuseSoleOwner = (organization: Organization, userId: string): void => {
  const owner = organization.members.get(userId)
  const others = [...organization.members].some(([id, m]) => id !== userId && isActive(m))
  if (owner?.role === 'owner' && isActive(owner) && others && !otherOwner(organization, userId))
    throw soleOwner()
}
