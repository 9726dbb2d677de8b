import type { OrganizationRole } from '../shared/contracts/primitives.ts'
import { Refused } from '../shared/kit/decider.ts'
import { mayGive } from './domain/organization-state.ts'

const owner = (role: OrganizationRole): boolean => role === 'owner'
const manager = (role: OrganizationRole): boolean => role === 'owner' || role === 'admin'

/** Who may do what to whom in an organization; the actor's role is the one he has now, not the one in his token. */
export const policies = {
  seeAddresses: (actor: OrganizationRole): boolean => actor !== 'guest',
  seeInvitations: manager,
  invite: mayGive,
  revoke: mayGive,
  changeRole: (actor: OrganizationRole, from: OrganizationRole, to: OrganizationRole): boolean =>
    owner(actor) || (manager(actor) && from !== 'owner' && to !== 'owner'),
  shutOut: (actor: OrganizationRole, whom: OrganizationRole): boolean => owner(actor) || (manager(actor) && whom !== 'owner'),
}

export const forbidden = (): Refused => new Refused('forbidden', 'role-forbids', 'Your role in the organization does not allow this.')
