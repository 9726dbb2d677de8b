import type { ProjectRecord } from '../shared/contracts/project/internal.ts'
import { Refused } from '../shared/kit/decider.ts'
import type { Actor } from '../shared/kit/http/call.ts'

type Person = Pick<Actor, 'userId' | 'role'>

/** Owners and admins of the organization, and the members of the project. */
export const mayAskAbout = (project: Pick<ProjectRecord, 'members'>, { userId, role }: Person): boolean =>
  role === 'owner' || role === 'admin' || project.members.some(m => m.userId === userId)

/** A project that is gone is unknown; one that the caller may not see is forbidden. */
export const checkProject = (project: ProjectRecord, person: Person): ProjectRecord => {
  if (project.deletedAt !== null) throw new Refused('missing', 'project-unknown', 'There is no such project.')
  if (!mayAskAbout(project, person)) throw new Refused('forbidden', 'forbidden', 'Only members of the project may do this.')
  return project
}
