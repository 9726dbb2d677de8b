import type { Project as PublicProject, Template, TimeEntry } from '../shared/contracts/project/schemas.ts'
import type { ProjectRecord } from '../shared/contracts/project/internal.ts'
import { Refused } from '../shared/kit/decider.ts'
import type { Existing, Project } from './domain/project-state.ts'
import type { TemplateContent } from './domain/template.ts'
import type { Worked } from './domain/time-entry.ts'

export const presentProject = (id: string, version: number, p: Existing): PublicProject => ({
  id, name: p.name, key: p.key, description: p.description, status: p.status, startAt: p.startAt, dueAt: p.dueAt, workflow: p.workflow, members: p.members,
  createdAt: p.createdAt, updatedAt: p.updatedAt, version,
})

/** A project as people see it; one that is planned, being built or deleted is unknown to them. */
export const visible = (project: Project): Existing => {
  if (project.phase !== 'live') throw projectUnknown()
  return project
}
/** One that has been seen by people, though it is deleted by now: its members of then decide who may look at its past. */
export const onceVisible = (project: Project): Existing => {
  if (project.phase === 'live' || project.phase === 'deleted' || (project.phase === 'purged' && project.deletion)) return project
  throw projectUnknown()
}
export const projectUnknown = (): Refused => new Refused('missing', 'project-unknown', 'There is no such project.')

export const presentRecord = (organizationId: string, id: string, version: number, project: Project): ProjectRecord => {
  if (project.phase === 'absent' || project.phase === 'planned') throw projectUnknown()
  const { name, key, status, workflow, members } = project
  const deletedAt = project.deletion?.at ?? (project.phase === 'purged' ? project.updatedAt : null)
  return { id, organizationId, name, key, status, workflow, members, deletedAt, version }
}

export const presentEntry = (
  id: string, version: number,
  { projectId, taskId, userId, minutes, startedAt, note, createdAt }: Worked & { createdAt: string },
): TimeEntry => ({ id, projectId, taskId, userId, minutes, startedAt, note, createdAt, version })

export const presentTemplate = (
  id: string, version: number, source: Template['source'], createdAt: string | null,
  { name, description, workflow, tasks }: TemplateContent,
): Template => ({ id, name, description, source, workflow, tasks, createdAt, version })
