import type { userInternal } from '../../shared/contracts/user/internal.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Handlers } from '../../shared/kit/http/call.ts'
import { getIn } from '../../shared/kit/persistent-map.ts'
import type { UserDeps } from '../deps.ts'
import { isActive } from '../domain/organization-state.ts'

/** What other services ask. They see members of the organization they name and nobody else. */
export const internal = ({ organizations, directory, logins, tickets }: UserDeps): Handlers<typeof userInternal> => {
  const among = async (organizationId: string, ids: readonly string[]) => {
    const { members } = (await organizations.load(organizationId, organizationId)).state
    const details = await directory.many(ids.filter(id => getIn(members, id)))
    return [...details.values()].map(known => {
      const member = getIn(members, known.id)
      return { ...known, disabled: member?.disabled === true, leaving: member?.leaving === true, role: member?.role }
    })
  }
  return {
    names: async ({ body }) => {
      const people = await among(body.organizationId, body.ids)
      const users = people.map(({ id, name, avatarUrl, disabled, leaving, role }) => ({ id, name, avatarUrl, disabled, leaving, role }))
      return { body: { users } }
    },
    contacts: async ({ body }) => {
      const people = (await among(body.organizationId, body.ids)).filter(u => !u.disabled)
      return { body: { users: people.map(({ id, name, email, locale, timezone }) => ({ id, name, email, locale, timezone })) } }
    },
    byEmail: async ({ body: { organizationId, email } }) => {
      const userId = await logins.find(logins.hash(email))
      const { members } = (await organizations.load(organizationId, organizationId)).state
      const member = userId === undefined ? undefined : getIn(members, userId)
      if (userId === undefined || !member || !isActive(member)) throw new Refused('missing', 'user-unknown', 'No member has this address.')
      return { body: { userId } }
    },
    redeemTicket: async ({ body }) => {
      const whose = await tickets.redeem(body.ticket)
      if (!whose) throw new Refused('missing', 'ticket-unknown', 'There is no such ticket, or it has been used.')
      return { body: whose }
    },
  }
}
