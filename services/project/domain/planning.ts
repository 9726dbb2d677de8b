import type { Member } from '../../shared/contracts/project/schemas.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { datesInOrder } from './editing.ts'
import type { NewProject, Project, ProjectEvent } from './project-state.ts'
import { workflowMustHold } from './workflow.ts'

export const create = (project: Project, fresh: NewProject, at: string): ProjectEvent[] => {
  unused(project)
  return born(projectMustHold(fresh), false, at)
}

export const plan = (
  project: Project,
  { sagaId, templateId, plan: wanted, at }: { sagaId: string; templateId: string; plan: NewProject; at: string },
): ProjectEvent[] => {
  if (project.phase === 'planned' && project.sagaId === sagaId) return []
  unused(project)
  return [{ type: 'ProjectPlanned', sagaId, templateId, plan: projectMustHold(wanted), at }]
}

/** From here on other services see the project; people see it when its tasks are there. */
export const build = (project: Project, sagaId: string, at: string): ProjectEvent[] => {
  if (project.phase !== 'planned') return []
  if (project.sagaId !== sagaId) throw new Refused('rule', 'other-saga', 'The project was planned by another process.')
  return born(project.plan, true, at)
}

export const finish = (project: Project, sagaId: string, at: string): ProjectEvent[] =>
  project.phase === 'building' ? [{ type: 'ProjectBuilt', sagaId, at }] : []

/** All or nothing: what exists of the project is taken back. */
export const abandon = (project: Project, { sagaId, reason, at }: { sagaId: string; reason: string; at: string }): ProjectEvent[] => {
  if (project.phase === 'planned') return [{ type: 'PlanAbandoned', sagaId, reason, at }]
  return project.phase === 'building' ? [{ type: 'ProjectDeleted', sagaId, at }, { type: 'ProjectPurged', sagaId, at }] : []
}

const unused = (project: Project): void => {
  if (project.phase !== 'absent') throw new Refused('rule', 'project-exists', 'There is a project with this id.')
}
/** Refuses what cannot become a project; the creator asks before a key is claimed. */
export const projectMustHold = (fresh: NewProject): NewProject => {
  workflowMustHold(fresh.workflow)
  datesInOrder(fresh)
  if (!fresh.members.some(m => m.role === 'owner')) throw new Refused('rule', 'sole-project-owner', 'A project has at least one owner.')
  return { ...fresh, members: eachOnce(fresh.members) }
}
const eachOnce = (members: Member[]): Member[] => members.filter((m, i) => members.findIndex(other => other.userId === m.userId) === i)

const born = ({ members, ...project }: NewProject, building: boolean, at: string): ProjectEvent[] => [
  { type: 'ProjectCreated', project, ownerId: members.find(m => m.role === 'owner')!.userId, building, at },
  ...members.map(m => ({ type: 'MemberAdded' as const, ...m, at })),
]
