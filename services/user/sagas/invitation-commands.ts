import { Refused } from '../../shared/kit/decider.ts'
import { getIn } from '../../shared/kit/persistent-map.ts'
import type { UserDeps } from '../deps.ts'
import { isOpen } from '../domain/invitation.ts'
import { invitationMail, invitationOwner } from '../identity/invitation-names.ts'
import { mailedToken } from '../identity/mailed-token.ts'
import { sagaMeta } from './closing-commands.ts'
import type { InvitationCommands } from './invite-member.ts'

type Deps = Pick<UserDeps, 'clock' | 'organizations' | 'vault' | 'keys' | 'directory' | 'notification'>

// A refused mail is not sent: it is tried again until the invitation is settled. A notification service of the release before may not know what this one asks.
const notSent = (error: unknown): never => {
  if (!(error instanceof Refused) || error.kind === 'unavailable' || error.kind === 'throttled') throw error
  throw new Refused('unavailable', 'mail-refused', `The mail of an invitation was refused: ${error.code}`, error.detail)
}

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
    } }).catch(notSent)
    return null
  },
  expireInvitation: async ({ organizationId, invitationId }, context) => {
    await organizations.handle(organizationId, organizationId, { type: 'ExpireInvitation', invitationId }, sagaMeta(clock.now(), context))
    return null
  },
})
