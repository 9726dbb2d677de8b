import { getIn } from '../../shared/kit/persistent-map.ts'
import type { UserDeps } from '../deps.ts'
import { isOpen } from '../domain/invitation.ts'
import { invitationMail, invitationOwner } from '../identity/invitation-names.ts'
import { mailedToken } from '../identity/mailed-token.ts'
import { sagaMeta } from './closing-commands.ts'
import type { InvitationCommands } from './invite-member.ts'

type Deps = Pick<UserDeps, 'clock' | 'organizations' | 'vault' | 'keys' | 'directory' | 'notification'>

export const invitationCommands = ({ clock, organizations, vault, keys, directory, notification }: Deps): InvitationCommands => ({
  sendInvitation: async ({ organizationId, invitationId }) => {
    const { state } = await organizations.load(organizationId, organizationId)
    const invitation = getIn(state.invitations, invitationId)
    // Settled already, or its sender may not give it any more: nobody could accept it.
    if (!invitation || !isOpen(state, invitation, clock.now())) return null
    const address = await vault.open(invitationOwner(invitationId), invitation.email)
    if (address === undefined) return null
    const inviter = await directory.details(invitation.invitedBy)
    const token = mailedToken(keys, 'invitation', organizationId, invitationId)
    await notification.mail({ body: {
      ...invitationMail(organizationId, invitationId), userId: invitation.invitedBy, to: { address, name: '' },
      data: { token, organizationName: state.name, inviterName: inviter?.name ?? '', role: invitation.role, expiresAt: invitation.expiresAt },
    } })
    return null
  },
  expireInvitation: async ({ organizationId, invitationId }, context) => {
    await organizations.handle(organizationId, organizationId, { type: 'ExpireInvitation', invitationId }, sagaMeta(clock.now(), context))
    return null
  },
})
