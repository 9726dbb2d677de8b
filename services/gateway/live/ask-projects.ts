import type { projectInternal } from '../../shared/contracts/project/internal.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Client } from '../../shared/kit/http/client.ts'
import type { AskProjects } from './memberships.ts'

/** The project service's answers about membership. */
export const askProjects = (projects: Pick<Client<typeof projectInternal>, 'memberships' | 'getProject'>): AskProjects => ({
  of: async (organizationId, userId) => (await projects.memberships({ params: { userId }, query: { organizationId } })).projectIds.map(p => p.projectId),
  exists: (organizationId, projectId) => projects.getProject({ params: { id: projectId }, query: { organizationId } }).then(() => true, (error: unknown) => {
    if (error instanceof Refused && error.kind === 'missing') return false
    throw error
  }),
})
