import type { Member } from '../shared/contracts/project/schemas.ts'
import type { OrganizationRole, ProjectRole } from '../shared/contracts/primitives.ts'
import { Refused } from '../shared/kit/decider.ts'

type Actor = { userId: string; role: OrganizationRole }
type Project = { members: readonly Member[] }

const runsOrganization = (actor: Actor): boolean => actor.role === 'owner' || actor.role === 'admin'
/** The role that holds for an actor in a project: owners and admins of the organization act as its owner. */
const roleIn = (project: Project, actor: Actor): ProjectRole | undefined =>
  runsOrganization(actor) ? 'owner' : project.members.find(m => m.userId === actor.userId)?.role
const atLeast = (...roles: ProjectRole[]) => (project: Project, actor: Actor): boolean => {
  const role = roleIn(project, actor)
  return role !== undefined && roles.includes(role)
}
const members = atLeast('owner', 'manager', 'contributor', 'viewer')
const workers = atLeast('owner', 'manager', 'contributor')
const leads = atLeast('owner', 'manager')
const owners = atLeast('owner')

/** Who may do what in a project. */
const rules = {
  see: members,
  update: leads,
  changeStatus: leads,
  setWorkflow: leads,
  manageMembers: leads,
  manageOwners: owners,
  delete: owners,
  restore: owners,
  logTime: workers,
  removeTimeOfOthers: leads,
} as const
export type Action = keyof typeof rules
export const may = (action: Action, project: Project, actor: Actor): boolean => rules[action](project, actor)

/** Guests take part where they are members; they found nothing of their own. */
export const mayCreate = (actor: Actor): boolean => actor.role !== 'guest'
/** Sees every project of the organization, member or not. */
export const seesAll = runsOrganization
/** From where something was changed is for those who answer for the organization. */
export const seesOrigins = runsOrganization
export const mayRemoveTemplate = (template: { createdBy: string }, actor: Actor): boolean => runsOrganization(actor) || template.createdBy === actor.userId

export const demand = (allowed: boolean, what: string): void => {
  if (!allowed) throw new Refused('forbidden', 'forbidden', `You may not ${what}.`)
}
