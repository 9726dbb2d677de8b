/** The owner of an invitation's key in the vault: the address is erased when the invitation is settled. */
export const invitationOwner = (invitationId: string): string => `invitation.${invitationId}`
export const invitationSaga = (invitationId: string): string => `invite-member.${invitationId}`
