import { derivedId } from '../../shared/kit/ids.ts'

/** The owner of an invitation's key in the vault: the address is erased when the invitation is settled. */
export const invitationOwner = (invitationId: string): string => `invitation.${invitationId}`
/** What its mail is known by. */
export const invitationMail = (organizationId: string, invitationId: string) =>
  ({ template: 'invitation', organizationId, dedupeId: derivedId('invitation', invitationId) }) as const
export const invitationSaga = (invitationId: string): string => `invite-member.${invitationId}`
