import { Refused } from '../../shared/kit/decider.ts'
import type { OrganizationRole } from '../../shared/contracts/primitives.ts'
import { acceptInvitation, invite, lastDay, settleInvitation, type InvitationCommand, type InvitationEvent } from './invitation.ts'
import { memberOf, nobody, otherOwner, refuseSoleOwner, soleOwner, type Membership, type Organization } from './organization-state.ts'

export type OrganizationEvent = InvitationEvent
  | { type: 'OrganizationCreated'; name: string }
  | { type: 'MemberJoined'; userId: string; role: OrganizationRole; invitedBy: string | null; at: string }
  | { type: 'RoleChanged'; userId: string; from: OrganizationRole; to: OrganizationRole }
  | { type: 'MemberDisabled' | 'MemberEnabled'; userId: string; role: OrganizationRole }
  | { type: 'MemberLeaving' | 'MemberStayed' | 'MemberLeft'; userId: string; sagaId: string }
export type OrganizationCommand = InvitationCommand
  | { type: 'CreateOrganization'; name: string; ownerId: string; at: string }
  | { type: 'ChangeRole'; userId: string; role: OrganizationRole }
  | { type: 'DisableMember' | 'EnableMember'; userId: string }
  | { type: 'AnnounceLeaving' | 'CancelLeaving' | 'Leave'; userId: string; sagaId: string }

const decide = (organization: Organization, command: OrganizationCommand): OrganizationEvent[] => {
  if (command.type === 'CreateOrganization') return create(organization, command)
  if (organization.status === 'absent') throw new Refused('missing', 'organization-unknown', 'There is no such organization.')
  switch (command.type) {
    case 'ChangeRole': return changeRole(organization, command)
    case 'DisableMember': return disable(organization, command.userId)
    case 'EnableMember': return enable(memberOf(organization, command.userId), command.userId)
    case 'AnnounceLeaving': return announce(organization, command)
    case 'CancelLeaving': return organization.members.get(command.userId)?.leaving ? [{ ...command, type: 'MemberStayed' }] : []
    case 'Leave': return organization.members.has(command.userId) ? [{ ...command, type: 'MemberLeft' }] : []
    case 'Invite': return invite(organization, command)
    case 'AcceptInvitation': return acceptInvitation(organization, command)
    case 'RevokeInvitation': return settleInvitation(organization, command.invitationId, 'InvitationRevoked')
    case 'ExpireInvitation': return organization.invitations.has(command.invitationId) ? settleInvitation(organization, command.invitationId, 'InvitationExpired') : []
  }
}

const create = (organization: Organization, { name, ownerId, at }: Extract<OrganizationCommand, { type: 'CreateOrganization' }>): OrganizationEvent[] => {
  // Said again by the follow-up of the registration: nothing new.
  if (organization.status === 'active') return []
  return [{ type: 'OrganizationCreated', name }, { type: 'MemberJoined', userId: ownerId, role: 'owner', invitedBy: null, at }]
}
const changeRole = (organization: Organization, { userId, role }: Extract<OrganizationCommand, { type: 'ChangeRole' }>): OrganizationEvent[] => {
  const member = memberOf(organization, userId)
  if (member.role === role) return []
  // Unlike leaving: who stays on as something less leaves an organization that nobody runs, also when he is alone in it.
  if (member.role === 'owner' && !otherOwner(organization, userId)) throw soleOwner()
  return [{ type: 'RoleChanged', userId, from: member.role, to: role }]
}
const disable = (organization: Organization, userId: string): OrganizationEvent[] => {
  const { disabled, role } = memberOf(organization, userId)
  if (disabled) return []
  refuseSoleOwner(organization, userId)
  return [{ type: 'MemberDisabled', userId, role }]
}
const enable = ({ disabled, role }: Membership, userId: string): OrganizationEvent[] => (disabled ? [{ type: 'MemberEnabled', userId, role }] : [])
const announce = (organization: Organization, { userId, sagaId }: Extract<OrganizationCommand, { sagaId: string }>): OrganizationEvent[] => {
  const member = organization.members.get(userId)
  if (!member || member.leaving) return []
  refuseSoleOwner(organization, userId)
  return [{ type: 'MemberLeaving', userId, sagaId }]
}

const evolve = (organization: Organization, event: OrganizationEvent): Organization => {
  const { members, invitations, settled } = organization
  switch (event.type) {
    case 'OrganizationCreated': return { ...organization, status: 'active', name: event.name }
    case 'MemberJoined': return { ...organization, members: new Map(members).set(event.userId, { role: event.role, disabled: false, leaving: false, joinedAt: event.at, invitedBy: event.invitedBy }) }
    case 'RoleChanged': return withMember(organization, event.userId, { role: event.to })
    case 'MemberDisabled': case 'MemberEnabled': return withMember(organization, event.userId, { disabled: event.type === 'MemberDisabled' })
    case 'MemberLeaving': case 'MemberStayed': return withMember(organization, event.userId, { leaving: event.type === 'MemberLeaving' })
    case 'MemberLeft': return { ...organization, members: without(members, event.userId) }
    case 'InvitationCreated': return { ...organization, invitations: new Map(invitations).set(event.invitationId, event), invited: [...lastDay(organization, event.createdAt), { emailHash: event.emailHash, at: event.createdAt }] }
    case 'InvitationAccepted': return { ...organization, invitations: without(invitations, event.invitationId), settled: new Map(settled).set(event.invitationId, event.userId) }
    case 'InvitationRevoked': case 'InvitationExpired': return { ...organization, invitations: without(invitations, event.invitationId), settled: new Map(settled).set(event.invitationId, null) }
  }
}
const without = <V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> => new Map([...map].filter(([k]) => k !== key))
const withMember = (organization: Organization, userId: string, change: Partial<Membership>): Organization => {
  const member = organization.members.get(userId)
  return member ? { ...organization, members: new Map(organization.members).set(userId, { ...member, ...change }) } : organization
}

/** The people of an organization, their roles, and who is invited. Stream `<id>/organization/<id>`. */
export const organization = { initial: nobody, decide, evolve }
