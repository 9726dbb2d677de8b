import type { OrganizationRole, ProjectRole } from '../shared/contracts/primitives.ts'
import { Refused } from '../shared/kit/decider.ts'

/** `recall` is seeing the past, that of a deleted project too. */
export type Action = 'see' | 'recall' | 'create' | 'edit' | 'move' | 'link' | 'comment' | 'delete' | 'restore' | 'moderate'
/** Who asks: his role in the organization, in the project (undefined: not a member), and whether the task is his own. */
export type Who = { organization: OrganizationRole; project: ProjectRole | undefined; own?: boolean }

const ranks: Record<ProjectRole, number> = { viewer: 0, contributor: 1, manager: 2, owner: 3 }
const atLeast = (role: ProjectRole | undefined, least: ProjectRole): boolean => role !== undefined && ranks[role] >= ranks[least]

/** The role that counts: owners and admins of the organization act as owners of every project. */
export const roleOf = ({ organization, project }: Who): ProjectRole | undefined => (organization === 'owner' || organization === 'admin' ? 'owner' : project)

/** From where something was changed is for those who answer for the organization. */
export const seesOrigins = (organization: OrganizationRole): boolean => organization === 'owner' || organization === 'admin'

/** One rule for each action. */
const rules: Record<Action, (who: Who, role: ProjectRole | undefined) => boolean> = {
  see: (_, role) => atLeast(role, 'viewer'),
  recall: (_, role) => atLeast(role, 'viewer'),
  create: (_, role) => atLeast(role, 'contributor'),
  edit: (_, role) => atLeast(role, 'contributor'),
  move: (_, role) => atLeast(role, 'contributor'),
  link: (_, role) => atLeast(role, 'contributor'),
  comment: (_, role) => atLeast(role, 'contributor'),
  delete: (who, role) => atLeast(role, 'manager') || (who.own === true && who.organization !== 'guest' && atLeast(role, 'contributor')),
  restore: (who, role) => atLeast(role, 'manager') || (who.own === true && who.organization !== 'guest' && atLeast(role, 'contributor')),
  moderate: (_, role) => atLeast(role, 'manager'),
}

export const may = (action: Action, who: Who): boolean => rules[action](who, roleOf(who))

const inWords: Record<Action, string> = {
  see: 'see its tasks', recall: 'see the past of its tasks', create: 'create tasks in it', edit: 'change its tasks', move: 'move its tasks',
  link: 'link its tasks', comment: 'comment on its tasks', delete: 'delete this task', restore: 'restore this task', moderate: 'take away comments of others',
}

/** What somebody of the organization may not do is forbidden. What another organization has does not exist for him, and does not come this far. */
export const demand = (action: Action, who: Who): void => {
  if (may(action, who)) return
  const why = who.project === undefined ? 'You are not a member of this project.' : `Your role in this project does not let you ${inWords[action]}.`
  throw new Refused('forbidden', 'forbidden', why, { action, role: who.project ?? null })
}
