import type { OrganizationRole } from '../shared/contracts/primitives.ts'

const owner = (role: OrganizationRole): boolean => role === 'owner'
const manager = (role: OrganizationRole): boolean => role === 'owner' || role === 'admin'

/** Who may do what to whom in an organization; the actor's role is the one he has now, not the one in his token. */
export const policies = {
  seeAddresses: (actor: OrganizationRole): boolean => actor !== 'guest',
  seeInvitations: manager,
  invite: (actor: OrganizationRole, as: OrganizationRole): boolean => owner(actor) || (manager(actor) && as !== 'owner'),
  revoke: (actor: OrganizationRole, as: OrganizationRole): boolean => owner(actor) || (manager(actor) && as !== 'owner'),
  changeRole: (actor: OrganizationRole, from: OrganizationRole, to: OrganizationRole): boolean => owner(actor) || (manager(actor) && from !== 'owner' && to !== 'owner'),
  shutOut: (actor: OrganizationRole, whom: OrganizationRole): boolean => owner(actor) || (manager(actor) && whom !== 'owner'),
}
