import { Refused, type Decider } from '../../shared/kit/decider.ts'
import { getIn, withIn } from '../../shared/kit/persistent-map.ts'
import type { OrganizationRole } from '../../shared/contracts/primitives.ts'
import { acceptInvitation, invite, settleInvitation, withInvitation, withSettled, type InvitationCommand, type InvitationEvent } from './invitation.ts'
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
/**
 * A command, or what makes it from the very state that is decided on: whoever may not ask for it any more
 * is then refused by that state, not let through by an older one.
 */
export type OrganizationOrder = OrganizationCommand | ((organization: Organization) => OrganizationCommand)

const decide = (organization: Organization, order: OrganizationOrder): OrganizationEvent[] => {
  const command = typeof order === 'function' ? order(organization) : order
  if (command.type === 'CreateOrganization') return create(organization, command)
  if (organization.status === 'absent') throw new Refused('missing', 'organization-unknown', 'There is no such organization.')
  switch (command.type) {
    case 'ChangeRole': return changeRole(organization, command)
    case 'DisableMember': return disable(organization, command.userId)
    case 'EnableMember': return enable(memberOf(organization, command.userId), command.userId)
    case 'AnnounceLeaving': return announce(organization, command)
    case 'CancelLeaving': return getIn(organization.members, command.userId)?.leaving ? [{ ...command, type: 'MemberStayed' }] : []
    case 'Leave': return getIn(organization.members, command.userId) ? [{ ...command, type: 'MemberLeft' }] : []
    case 'Invite': return invite(organization, command)
    case 'AcceptInvitation': return acceptInvitation(organization, command)
    case 'RevokeInvitation': return settleInvitation(organization, command.invitationId, 'InvitationRevoked')
    case 'ExpireInvitation': {
      const { invitationId } = command
      return getIn(organization.invitations, invitationId) ? settleInvitation(organization, invitationId, 'InvitationExpired') : []
    }
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
  const member = getIn(organization.members, userId)
  if (!member || member.leaving) return []
  refuseSoleOwner(organization, userId)
  return [{ type: 'MemberLeaving', userId, sagaId }]
}

const evolve = (organization: Organization, event: OrganizationEvent): Organization => {
  switch (event.type) {
    case 'OrganizationCreated': return { ...organization, status: 'active', name: event.name }
    case 'MemberJoined': return withNewcomer(organization, event)
    case 'RoleChanged': return withMember(organization, event.userId, { role: event.to })
    case 'MemberDisabled': case 'MemberEnabled': return withMember(organization, event.userId, { disabled: event.type === 'MemberDisabled' })
    case 'MemberLeaving': case 'MemberStayed': return withMember(organization, event.userId, { leaving: event.type === 'MemberLeaving' })
    case 'MemberLeft': return { ...organization, members: withIn(organization.members, event.userId, undefined) }
    case 'InvitationCreated': return withInvitation(organization, event)
    case 'InvitationAccepted': return withSettled(organization, event.invitationId, event.userId)
    case 'InvitationRevoked': case 'InvitationExpired': return withSettled(organization, event.invitationId, null)
  }
}
const withNewcomer = (
  organization: Organization, { userId, role, invitedBy, at }: Extract<OrganizationEvent, { type: 'MemberJoined' }>,
): Organization => {
  const member = { role, disabled: false, leaving: false, joinedAt: at, invitedBy, version: 1 }
  return { ...organization, foundedAt: organization.foundedAt || at, members: withIn(organization.members, userId, member) }
}
const withMember = (organization: Organization, userId: string, change: Partial<Membership>): Organization => {
  const member = getIn(organization.members, userId)
  return member ? { ...organization, members: withIn(organization.members, userId, { ...member, ...change, version: member.version + 1 }) } : organization
}

/** The people of an organization, their roles, and who is invited. Stream `<id>/organization/<id>`. */
export const organizationDecider: Decider<Organization, OrganizationOrder, OrganizationEvent> = { initial: nobody, decide, evolve }
