import type { ProjectRecord } from '../shared/contracts/project/internal.ts'
import type { Actor } from '../shared/kit/http/call.ts'

/** Owners and admins of the organization see each of its projects, others those they belong to. */
export const maySee = (project: Pick<ProjectRecord, 'members'>, { userId, role }: Pick<Actor, 'userId' | 'role'>): boolean =>
  role === 'owner' || role === 'admin' || project.members.some(m => m.userId === userId)
