import type { OrganizationRole, ProjectRole } from '../../../services/shared/contracts/primitives.ts'
import type { Policy, Who } from '../../../services/shared/contracts/policies.ts'

/** Everybody who asks. All but the first two belong, or belonged, to the organization whose things are asked for; `disabled` was a manager of the project. */
export const columns = ['anonymous', 'stranger', 'disabled', 'guest', 'outsider', 'viewer', 'contributor', 'manager', 'owner', 'admin'] as const
export type Column = (typeof columns)[number]
/** Whose things those are of which each person has his own. */
export const author: Column = 'contributor'

type Standing = { living: boolean; inside?: OrganizationRole; project?: ProjectRole }
const standings: Record<Column, Standing> = {
  anonymous: { living: false },
  /** The owner of another organization. */
  stranger: { living: true },
  disabled: { living: false },
  guest: { living: true, inside: 'guest' },
  outsider: { living: true, inside: 'member' },
  viewer: { living: true, inside: 'member', project: 'viewer' },
  contributor: { living: true, inside: 'member', project: 'contributor' },
  manager: { living: true, inside: 'member', project: 'manager' },
  owner: { living: true, inside: 'member', project: 'owner' },
  admin: { living: true, inside: 'admin', project: 'owner' },
}
const ranks: Record<ProjectRole, number> = { viewer: 0, contributor: 1, manager: 2, owner: 3 }

/** Whether somebody is one of those that a policy speaks of. */
export const isOne = (column: Column, who: Who): boolean => {
  const { living, inside, project } = standings[column]
  if (who === 'anyone' || who === 'nobody') return who === 'anyone'
  if (!living || who === 'signed-in') return living
  if (who === 'organization') return inside !== undefined
  if (who === 'regular') return inside !== undefined && inside !== 'guest'
  if (who === 'admin') return inside === 'admin'
  return project !== undefined && ranks[project] >= ranks[who]
}
/** What the policy says: may this one? A stranger is owner of his own organization. */
export const isAllowed = (column: Column, { may, own, within }: Policy | { may: 'anyone'; own?: never; within?: never }): boolean =>
  isOne(column, may) || (own !== undefined && column === author && isOne(column, own)) || (within === 'own' && column === 'stranger')
/** Who may read words of the organization, and who those of its project. */
export const mayRead = (column: Column) => ({ organization: isOne(column, 'organization'), project: isOne(column, 'viewer') })
