import { z } from 'zod'
import { Id, Time } from '../../shared/contracts/primitives.ts'
import type { invitationsApi } from '../../shared/contracts/user/http.ts'
import type { Invitation } from '../../shared/contracts/user/resources.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import type { Handlers } from '../../shared/kit/http/call.ts'
import { decodeCursor, pageOf } from '../../shared/kit/http/input/page.ts'
import { entriesOf, getIn } from '../../shared/kit/persistent-map.ts'
import type { UserDeps } from '../deps.ts'
import { isOpen } from '../domain/invitation.ts'
import { actingIn, type OpenInvitation, type Organization } from '../domain/organization-state.ts'
import { accepting } from '../identity/accepting.ts'
import { invitationLimit } from '../identity/invitation-limit.ts'
import { invitationOwner, invitationSaga } from '../identity/invitation-names.ts'
import { signIn } from '../identity/sign-in.ts'
import { forbidden, policies } from '../policies.ts'

const weekMs = 7 * 86_400_000
const Cursor = z.object({ createdAt: Time, id: Id })

/** Invitations by mail. */
export const invitations = (deps: UserDeps): Handlers<typeof invitationsApi> => {
  const { organizations, persons, logins, vault, clock, state } = deps
  const [enter, accept, perMailbox] = [signIn(deps), accepting(deps), invitationLimit(state, clock)]
  const view = async (id: string, { email, role, invitedBy, createdAt, expiresAt }: OpenInvitation): Promise<Invitation> =>
    ({ id, email: (await vault.open(invitationOwner(id), email)) ?? '', role, invitedBy, createdAt, expiresAt })

  return {
    invite: async ({ actor: { userId, organizationId }, body: { email, role }, meta, newId }) => {
      const emailHash = logins.hash(email)
      const known = await logins.find(emailHash)
      const refuse = (organization: Organization): void => {
        if (!policies.invite(actingIn(organization, userId).role, role)) throw forbidden()
        if (known !== undefined && getIn(organization.members, known)) throw new Refused('rule', 'already-member', 'This person is a member already.')
      }
      const inviting = (await organizations.load(organizationId, organizationId)).state
      refuse(inviting)
      const invitationId = newId()
      const expiresAt = new Date(Date.parse(meta.at) + weekMs).toISOString()
      const mailboxHash = logins.mailboxHash(email)
      const to = { mailboxHash, foundedAt: inviting.foundedAt }
      await perMailbox.count(to, invitationId)
      const sealed = await vault.seal(invitationOwner(invitationId), email).catch(async (error: unknown) => {
        await perMailbox.forget(to, invitationId)
        throw error
      })
      await organizations.handle(organizationId, organizationId, organization => {
        refuse(organization)
        return { type: 'Invite', invitationId, emailHash, mailboxHash, email: sealed, role, invitedBy: userId, at: meta.at, expiresAt }
      }, meta).catch(async (error: unknown) => {
        // Nobody needs the key of an invitation that is not made, nor does it count; where the outcome is not known it may have been.
        const notMade = error instanceof Refused && (error.kind !== 'unavailable' || error.code === 'contended')
        if (notMade) await Promise.all([vault.erase(invitationOwner(invitationId)), perMailbox.forget(to, invitationId)])
        throw error
      })
      return { body: { id: invitationId, email, role, invitedBy: userId, createdAt: meta.at, expiresAt, sagaId: invitationSaga(invitationId) } }
    },
    listInvitations: async ({ actor: { userId, organizationId }, query: { limit, cursor } }) => {
      if (!policies.seeInvitations((await enter.membership(userId, organizationId)).role)) throw forbidden()
      const from = cursor === undefined ? undefined : decodeCursor(Cursor, cursor)
      const now = clock.now()
      const { state: organization } = await organizations.load(organizationId, organizationId)
      const open = entriesOf(organization.invitations).filter(([, i]) => isOpen(organization, i, now))
        .toSorted(([a, x], [b, y]) => (x.createdAt > y.createdAt || (x.createdAt === y.createdAt && a > b) ? -1 : 1))
        .filter(([id, i]) => !from || i.createdAt < from.createdAt || (i.createdAt === from.createdAt && id < from.id))
      const { items, nextCursor } = pageOf(open, limit, ([id, { createdAt }]) => ({ createdAt, id }))
      return { body: { items: await Promise.all(items.map(([id, invitation]) => view(id, invitation))), nextCursor } }
    },
    revokeInvitation: async ({ actor: { userId, organizationId }, params: { id }, meta }) => {
      await organizations.handle(organizationId, organizationId, organization => {
        if (!policies.revoke(actingIn(organization, userId).role, getIn(organization.invitations, id)?.role ?? 'member')) throw forbidden()
        return { type: 'RevokeInvitation', invitationId: id }
      }, meta)
      return {}
    },
    acceptInvitation: async ({ actor: { userId }, body, meta }) => {
      const { state: person } = await persons.load(NO_TENANT, userId)
      if (!('emailHash' in person)) throw new Refused('missing', 'user-unknown', 'There is no such user.')
      if (person.status === 'closing') throw new Refused('forbidden', 'account-closing', 'The account is being closed.')
      const organizationId = await accept({ userId, emailHash: person.emailHash, token: body.token }, meta)
      const { name, role } = await enter.membership(userId, organizationId)
      return { body: { id: organizationId, name, role } }
    },
  }
}
