import type { OrganizationRole, ProjectRole } from '../../../services/shared/contracts/primitives.ts'
import type { Policy, Who } from '../../../services/shared/contracts/policies.ts'

/**
 * Everybody who asks. All but the first two belong, or belonged, to the organization whose things are asked for;
 * `disabled` was a manager of the project, `owner` is the one who made it. Admins and the owner of the organization are no members of the project.
 */
export const columns = [
  'anonymous', 'stranger', 'disabled', 'guest', 'guestContributor', 'outsider',
  'viewer', 'contributor', 'manager', 'owner', 'admin', 'organizationOwner',
] as const
export type Column = (typeof columns)[number]
/** One more than the contracts know: the owner of the organization, where an admin is not enough. */
export type AnyPolicy = Policy | { may: 'anyone' | 'organizationOwner'; own?: never; within?: never }
/** Whose things those are of which each person has his own. */
export const author: Column = 'contributor'

type Standing = { living: boolean; inside?: OrganizationRole; project?: ProjectRole }
const standings: Record<Column, Standing> = {
  anonymous: { living: false },
  /** The owner of another organization. */
  stranger: { living: true },
  disabled: { living: false },
  guest: { living: true, inside: 'guest' },
  guestContributor: { living: true, inside: 'guest', project: 'contributor' },
  outsider: { living: true, inside: 'member' },
  viewer: { living: true, inside: 'member', project: 'viewer' },
  contributor: { living: true, inside: 'member', project: 'contributor' },
  manager: { living: true, inside: 'member', project: 'manager' },
  owner: { living: true, inside: 'member', project: 'owner' },
  admin: { living: true, inside: 'admin', project: 'owner' },
  organizationOwner: { living: true, inside: 'owner', project: 'owner' },
}
const ranks: Record<ProjectRole, number> = { viewer: 0, contributor: 1, manager: 2, owner: 3 }

/** Whether somebody is one of those that a policy speaks of. */
export const isOne = (column: Column, who: AnyPolicy['may'] | Who): boolean => {
  const { living, inside, project } = standings[column]
  if (who === 'anyone' || who === 'nobody') return who === 'anyone'
  if (!living || who === 'signed-in') return living
  if (who === 'organization') return inside !== undefined
  if (who === 'regular') return inside !== undefined && inside !== 'guest'
  if (who === 'organizationOwner') return inside === 'owner'
  if (who === 'admin') return inside === 'admin' || inside === 'owner'
  return project !== undefined && ranks[project] >= ranks[who]
}
/** What the policy says: may this one? A stranger is owner of his own organization. */
export const isAllowed = (column: Column, { may, own, within }: AnyPolicy): boolean =>
  isOne(column, may) || (own !== undefined && column === author && isOne(column, own)) || (within === 'own' && column === 'stranger')
/**
 * The statuses that refuse somebody who may not. Without a living token one learns nothing; to a stranger the thing does not exist:
 * he is never refused without having named one, for he owns an organization himself. Those inside may be told that it is not for them.
 * `instead`: what a refusal of this operation says to everybody who is signed in.
 */
export const refusals = (column: Column, instead?: number): readonly number[] => {
  if (!standings[column].living) return [401]
  if (instead !== undefined) return [instead]
  return column === 'stranger' ? [404] : [403, 404]
}
/** Who may read words of the organization, and who those of its project. */
export const mayRead = (column: Column) => ({ organization: isOne(column, 'organization'), project: isOne(column, 'viewer') })
