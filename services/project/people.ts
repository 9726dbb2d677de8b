import type { userInternal } from '../shared/contracts/user/internal.ts'
import { Refused } from '../shared/kit/decider.ts'
import type { Client } from '../shared/kit/http/client.ts'

/** Who belongs to the organization; the user service knows. */
export const people = (user: Pick<Client<typeof userInternal>, 'names' | 'byEmail'>) => ({
  /** Refuses ids that are not members of the organization, all at once. */
  mustBelong: async (organizationId: string, ids: readonly string[]): Promise<void> => {
    const asked = [...new Set(ids)]
    if (asked.length === 0) return
    const { users } = await user.names({ body: { organizationId, ids: asked } })
    const known = new Set(users.filter(u => !u.disabled && u.leaving !== true).map(u => u.id))
    const unknown = asked.filter(id => !known.has(id))
    if (unknown.length) throw new Refused('missing', 'user-unknown', 'Not everybody named belongs to this organization.', { userIds: unknown })
  },
  byEmail: async (organizationId: string, email: string): Promise<string> => {
    const found = await user.byEmail({ body: { organizationId, email } }).catch((error: unknown) => {
      if (error instanceof Refused && error.kind === 'missing') {
        throw new Refused('missing', 'user-unknown',
          'Nobody in this organization has this address; invite the person with POST /api/users/invitations first.',
          { invite: '/api/users/invitations' })
      }
      throw error
    })
    return found.userId
  },
})
export type People = ReturnType<typeof people>
