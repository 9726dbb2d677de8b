import { derivedId } from '../../shared/kit/ids.ts'
import { getIn } from '../../shared/kit/persistent-map.ts'
import type { UserDeps } from '../deps.ts'
import { invitationOwner } from '../identity/invitation-names.ts'
import { mailedToken } from '../identity/mailed-token.ts'
import { sagaMeta } from './closing-commands.ts'
import type { InvitationCommands } from './invite-member.ts'

type Deps = Pick<UserDeps, 'clock' | 'organizations' | 'vault' | 'keys' | 'directory' | 'notification'>

export const invitationCommands = ({ clock, organizations, vault, keys, directory, notification }: Deps): InvitationCommands => ({
  sendInvitation: async ({ organizationId, invitationId }) => {
    const { state } = await organizations.load(organizationId, organizationId)
    const invitation = getIn(state.invitations, invitationId)
    const address = invitation && await vault.open(invitationOwner(invitationId), invitation.email)
    // Settled already: there is nobody to write to.
    if (!invitation || address === undefined) return null
    const inviter = await directory.details(invitation.invitedBy)
    const token = mailedToken(keys, 'invitation', organizationId, invitationId)
    await notification.mail({ body: {
      template: 'invitation', organizationId, to: { address, name: '' }, dedupeId: derivedId('invitation', invitationId),
      data: { token, organizationName: state.name, inviterName: inviter?.name ?? '', role: invitation.role, expiresAt: invitation.expiresAt },
    } })
    return null
  },
  expireInvitation: async ({ organizationId, invitationId }, context) => {
    await organizations.handle(organizationId, organizationId, { type: 'ExpireInvitation', invitationId }, sagaMeta(clock.now(), context))
    return null
  },
})
