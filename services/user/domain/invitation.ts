import { Refused } from '../../shared/kit/decider.ts'
import type { OrganizationRole } from '../../shared/contracts/primitives.ts'
import { emptyMap, entriesOf, getIn, withIn } from '../../shared/kit/persistent-map.ts'
import { isActive, mayGive, type OpenInvitation, type Organization, type Settled } from './organization-state.ts'

/** `mailboxHash`: for counting what goes to one mailbox; older events have none. */
export type InvitationEvent =
  | {
    type: 'InvitationCreated'; invitationId: string; emailHash: string; mailboxHash?: string; email: string; role: OrganizationRole; invitedBy: string
    createdAt: string; expiresAt: string
  }
  | { type: 'InvitationAccepted'; invitationId: string; userId: string }
  | { type: 'InvitationRevoked' | 'InvitationExpired'; invitationId: string }
  | { type: 'MemberJoined'; userId: string; role: OrganizationRole; invitedBy: string | null; at: string }
export type InvitationCommand =
  | {
    type: 'Invite'; invitationId: string; emailHash: string; mailboxHash?: string; email: string; role: OrganizationRole; invitedBy: string
    at: string; expiresAt: string
  }
  | { type: 'AcceptInvitation'; invitationId: string; userId: string; emailHash: string; at: string }
  | { type: 'RevokeInvitation' | 'ExpireInvitation'; invitationId: string }

const [minute, day] = [60_000, 86_400_000]
const week = 7 * day
/** Three times what a company of three hundred needs on its first day. */
const perDay = 1_000
const since = (from: string, to: string): number => Date.parse(to) - Date.parse(from)

/** The invitations that still count at this instant. */
const lastDay = ({ invited }: Organization, at: string): Organization['invited'] => {
  const dayBefore = new Date(Date.parse(at) - day).toISOString()
  return invited.filter(i => i.at > dayBefore)
}

/**
 * An invitation goes to somebody who has not asked for it: to the same mailbox again after a minute, then after two more, then four;
 * and only so many go out in a day.
 */
const refuseFlood = (organization: Organization, mailboxHash: string, at: string): void => {
  const recent = lastDay(organization, at)
  const same = recent.filter(i => i.mailboxHash === mailboxHash)
  const last = same.at(-1)
  const pauseMs = last ? Math.min(day, minute * 2 ** (same.length - 1)) - since(last.at, at) : 0
  if (pauseMs > 0) {
    const retryAfter = pauseMs / 1000
    throw new Refused('throttled', 'too-many-invitations', 'This address has just had an invitation. Wait before the next.', { retryAfter })
  }
  const [oldest] = recent
  if (oldest && recent.length >= perDay) {
    const retryAfter = (day - since(oldest.at, at)) / 1000
    throw new Refused('throttled', 'too-many-invitations', 'The organization has sent as many invitations as it may in a day.', { retryAfter })
  }
}

/** `email` is sealed with a key of the invitation's own, which goes when the invitation is settled. */
export const invite = (organization: Organization, { at, ...facts }: Extract<InvitationCommand, { type: 'Invite' }>): InvitationEvent[] => {
  const open = entriesOf(organization.invitations).find(([, i]) => i.emailHash === facts.emailHash && isOpen(organization, i, at))
  if (open) throw new Refused('rule', 'already-invited', 'This address has an open invitation.', { invitationId: open[0] })
  refuseFlood(organization, facts.mailboxHash ?? facts.emailHash, at)
  return [{ ...facts, type: 'InvitationCreated', createdAt: at }]
}

/** An invitation is worth what its sender may still give: it does not bring back whom he was shut out with, nor give a role that he has lost. */
const isBacked = ({ members }: Organization, { invitedBy, role }: OpenInvitation): boolean => {
  const sender = getIn(members, invitedBy)
  return sender !== undefined && isActive(sender) && mayGive(sender.role, role)
}
/** Whether it can be accepted. */
export const isOpen = (organization: Organization, invitation: OpenInvitation, at: string): boolean =>
  at < invitation.expiresAt && isBacked(organization, invitation)
export const acceptInvitation = (
  organization: Organization, { invitationId, userId, emailHash, at }: Extract<InvitationCommand, { type: 'AcceptInvitation' }>,
): InvitationEvent[] => {
  if (settlementOf(organization, invitationId)?.acceptedBy === userId) return []
  const invitation = getIn(organization.invitations, invitationId)
  if (!invitation || !isOpen(organization, invitation, at))
    throw new Refused('rule', 'invitation-invalid', 'This invitation has been used, taken back, or does not hold any more.')
  if (invitation.emailHash !== emailHash) throw new Refused('rule', 'invitation-for-another-address', 'This invitation was sent to another address.')
  const accepted: InvitationEvent = { type: 'InvitationAccepted', invitationId, userId }
  if (getIn(organization.members, userId)) return [accepted]
  const { role, invitedBy } = invitation
  return [accepted, { type: 'MemberJoined', userId, role, invitedBy, at }]
}

export const settleInvitation = (organization: Organization, invitationId: string, type: 'InvitationRevoked' | 'InvitationExpired'): InvitationEvent[] => {
  if (getIn(organization.invitations, invitationId)) return [{ type, invitationId }]
  if (settlementOf(organization, invitationId)) throw new Refused('rule', 'invitation-settled', 'This invitation has been answered or has run out.')
  throw new Refused('missing', 'invitation-unknown', 'There is no such invitation.')
}

const settlementOf = ({ settled }: Organization, invitationId: string) => getIn(settled.recent, invitationId) ?? getIn(settled.before, invitationId)
const turned = (settled: Settled, at: string): Settled => (since(settled.since, at) < week ? settled : { since: at, recent: emptyMap, before: settled.recent })

export const withInvitation = (organization: Organization, event: Extract<InvitationEvent, { type: 'InvitationCreated' }>): Organization => {
  const { invitationId, emailHash, mailboxHash = emailHash, createdAt } = event
  const invited = [...lastDay(organization, createdAt), { mailboxHash, at: createdAt }]
  return { ...organization, invited, invitations: withIn(organization.invitations, invitationId, event), settled: turned(organization.settled, createdAt) }
}
export const withSettled = (organization: Organization, invitationId: string, acceptedBy: string | null): Organization => {
  const { invitations, settled } = organization
  return {
    ...organization,
    invitations: withIn(invitations, invitationId, undefined),
    settled: { ...settled, recent: withIn(settled.recent, invitationId, { acceptedBy }) },
  }
}
