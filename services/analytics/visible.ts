import type { projectInternal } from '../shared/contracts/project/internal.ts'
import { Refused } from '../shared/kit/decider.ts'
import type { Actor } from '../shared/kit/http/call.ts'
import type { Client } from '../shared/kit/http/client.ts'
import type { ClickHouse } from './clickhouse/clickhouse.ts'
import { existingProjects } from './existing-projects.ts'
import { seesAllProjects } from './policies.ts'

export type Projects = Pick<Client<typeof projectInternal>, 'getProject' | 'memberships'>

/** The one project asked for, or all that the caller may see and that are not deleted. Another organization's project is unknown. */
export const visibleProjects = async (db: ClickHouse, projects: Projects, actor: Actor, projectId: string | undefined): Promise<string[]> => {
  const { organizationId, userId } = actor
  if (projectId !== undefined) {
    const project = await projects.getProject({ params: { id: projectId }, query: { organizationId } })
    if (project.deletedAt !== null) throw new Refused('missing', 'project-unknown', 'There is no such project.')
    const isMember = project.members.some(m => m.userId === userId)
    if (!seesAllProjects(actor) && !isMember) throw new Refused('forbidden', 'forbidden', 'Only members see the figures of a project.')
    return [projectId]
  }
  const existing = await existingProjects(db, organizationId)
  if (seesAllProjects(actor)) return [...existing]
  const mine = new Set((await projects.memberships({ params: { userId }, query: { organizationId } })).projectIds.map(p => p.projectId))
  return existing.filter(id => mine.has(id))
}
