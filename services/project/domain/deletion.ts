import { Refused } from '../../shared/kit/decider.ts'
import type { Existing, Project, ProjectEvent } from './project-state.ts'

/** Out of sight at once; a saga takes its tasks and notifications along and purges it when its time has run out. */
export const deleteProject = (_project: Existing, sagaId: string, at: string): ProjectEvent[] => [{ type: 'ProjectDeleted', sagaId, at }]

export const restore = (project: Project, at: string): ProjectEvent[] => {
  if (project.phase === 'live') throw new Refused('rule', 'not-deleted', 'The project is not deleted.')
  if (project.phase === 'purged' && project.deletion) throw new Refused('rule', 'deletion-finished', 'The project has been deleted for good.')
  if (project.phase !== 'deleted' || !project.deletion) throw new Refused('missing', 'project-unknown', 'There is no such project.')
  return [{ type: 'ProjectRestored', sagaId: project.deletion.sagaId, at }]
}

/** The point of no return: whoever comes first, this or a restore, wins. */
export const purge = (project: Project, sagaId: string, at: string): ProjectEvent[] => {
  if (project.phase === 'purged') return []
  if (project.phase !== 'deleted' || project.deletion?.sagaId !== sagaId) throw new Refused('rule', 'restored', 'The project was restored in the meantime.')
  return [{ type: 'ProjectPurged', sagaId, at }]
}
