import { saysTheSame } from './same.ts'
import type { ProjectStatus } from '../../shared/contracts/project/events.ts'
import type { Workflow } from '../../shared/contracts/workflow.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Editable, Existing, FieldChanges, ProjectEvent } from './project-state.ts'
import { workflowMustHold } from './workflow.ts'

/** draft → active ⇄ on_hold → completed → archived; completed and archived projects can be reopened. */
export const nextStatuses: Readonly<Record<ProjectStatus, readonly ProjectStatus[]>> = {
  draft: ['active'],
  active: ['on_hold', 'completed'],
  on_hold: ['active', 'completed'],
  completed: ['active', 'archived'],
  archived: ['active'],
}

export const update = (project: Existing, fields: Partial<Editable>, at: string): ProjectEvent[] => {
  notArchived(project)
  datesInOrder({ ...project, ...fields })
  return changed(project, fields, at)
}

export const changeStatus = (project: Existing, status: ProjectStatus, at: string): ProjectEvent[] => {
  const allowed = nextStatuses[project.status]
  if (status !== project.status && !allowed.includes(status))
    throw new Refused('rule', 'illegal-transition', `A project cannot go from ${project.status} to ${status}.`, { from: project.status, to: status, allowed })
  return changed(project, { status }, at)
}

export const setWorkflow = (project: Existing, workflow: Workflow, at: string): ProjectEvent[] => {
  notArchived(project)
  workflowMustHold(workflow)
  return changed(project, { workflow }, at)
}

export const notArchived = (project: Existing): void => {
  if (project.status === 'archived') throw new Refused('rule', 'project-archived', 'The project is archived; reopen it first.')
}
export const datesInOrder = ({ startAt, dueAt }: Pick<Editable, 'startAt' | 'dueAt'>): void => {
  if (startAt !== null && dueAt !== null && Date.parse(startAt) > Date.parse(dueAt))
    throw new Refused('rule', 'dates-reversed', 'A project cannot be due before it starts.', { startAt, dueAt })
}

const changed = (project: Existing, fields: Partial<Editable>, at: string): ProjectEvent[] => {
  const changes: FieldChanges = {}
  const note = <K extends keyof Editable>(field: K): void => {
    const after = fields[field]
    if (after !== undefined && !saysTheSame(project[field], after)) Object.assign(changes, { [field]: { before: project[field], after } })
  }
  for (const field of ['name', 'key', 'description', 'status', 'startAt', 'dueAt', 'workflow'] as const) note(field)
  return Object.keys(changes).length ? [{ type: 'ProjectUpdated', changes, at }] : []
}
