import type { projectInternal } from '../../shared/contracts/project/internal.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Client } from '../../shared/kit/http/client.ts'
import type { AskProjects, Person } from './memberships.ts'

/** The project service's answers about membership. */
export const askProjects = (projects: Pick<Client<typeof projectInternal>, 'memberships' | 'getProject'>): AskProjects => ({
  of: async ({ organizationId, userId }) =>
    (await projects.memberships({ params: { userId }, query: { organizationId } })).projectIds.map(p => p.projectId),
  exists: ({ organizationId }, projectId) =>
    projects.getProject({ params: { id: projectId }, query: { organizationId } }).then(() => true, (error: unknown) => {
      if (error instanceof Refused && error.kind === 'missing') return false
      throw error
    }),
})

/** The same at the cost of who asks: one frame of a socket may name many projects. Throws `Refused('throttled')` when his budget is spent. */
export const charged = (ask: AskProjects, charge: (userId: string) => Promise<{ over: boolean; seconds: number }>): AskProjects => {
  const pay = async ({ userId }: Person): Promise<void> => {
    const { over, seconds } = await charge(userId)
    if (over) throw new Refused('throttled', 'throttled', `You name too many projects. Subscribe again in ${seconds} s.`, { retryAfter: seconds })
  }
  return {
    of: async person => { await pay(person); return ask.of(person) },
    exists: async (person, projectId) => { await pay(person); return ask.exists(person, projectId) },
  }
}
