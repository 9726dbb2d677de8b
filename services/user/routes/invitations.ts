import { z } from 'zod'
import { Id, Time } from '../../shared/contracts/primitives.ts'
import type { invitationsApi } from '../../shared/contracts/user/http.ts'
import type { Invitation } from '../../shared/contracts/user/resources.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import type { Handlers } from '../../shared/kit/http/call.ts'
import { decodeCursor, pageOf } from '../../shared/kit/http/input/page.ts'
import type { UserDeps } from '../deps.ts'
import type { OpenInvitation } from '../domain/organization-state.ts'
import { invitationOwner, invitationSaga } from '../identity/invitation-names.ts'
import { invitationOf } from '../identity/registration.ts'
import { signIn } from '../identity/sign-in.ts'
import { policies } from '../policies.ts'

const weekMs = 7 * 86_400_000
const Cursor = z.object({ createdAt: Time, id: Id })
const forbidden = (): Refused => new Refused('forbidden', 'role-forbids', 'Your role in the organization does not allow this.')

/** Invitations by mail. */
export const invitations = (deps: UserDeps): Handlers<typeof invitationsApi> => {
  const { organizations, persons, logins, vault, keys, clock } = deps
  const enter = signIn(deps)
  const view = async (id: string, { email, role, invitedBy, createdAt, expiresAt }: OpenInvitation): Promise<Invitation> =>
    ({ id, email: (await vault.open(invitationOwner(id), email)) ?? '', role, invitedBy, createdAt, expiresAt })

  return {
    invite: async ({ actor: { userId, organizationId }, body: { email, role }, meta, newId }) => {
      if (!policies.invite((await enter.membership(userId, organizationId)).role, role)) throw forbidden()
      const emailHash = logins.hash(email)
      const [known, { state }] = [await logins.find(emailHash), await organizations.load(organizationId, organizationId)]
      if (known !== undefined && state.members.has(known)) throw new Refused('rule', 'already-member', 'This person is a member already.')
      const invitationId = newId()
      const sealed = await vault.seal(invitationOwner(invitationId), email)
      const expiresAt = new Date(Date.parse(meta.at) + weekMs).toISOString()
      await organizations.handle(organizationId, organizationId, { type: 'Invite', invitationId, emailHash, email: sealed, role, invitedBy: userId, at: meta.at, expiresAt }, meta).catch(async (error: unknown) => {
        // Nobody needs the key of an invitation that is not made; where the outcome is not known it may have been.
        if (error instanceof Refused && error.kind !== 'unavailable') await vault.erase(invitationOwner(invitationId))
        throw error
      })
      return { body: { id: invitationId, email, role, invitedBy: userId, createdAt: meta.at, expiresAt, sagaId: invitationSaga(invitationId) } }
    },
    listInvitations: async ({ actor: { userId, organizationId }, query: { limit, cursor } }) => {
      if (!policies.seeInvitations((await enter.membership(userId, organizationId)).role)) throw forbidden()
      const from = cursor === undefined ? undefined : decodeCursor(Cursor, cursor)
      const now = clock.now()
      const open = [...(await organizations.load(organizationId, organizationId)).state.invitations].filter(([, i]) => i.expiresAt > now)
        .toSorted(([a, x], [b, y]) => (x.createdAt > y.createdAt || (x.createdAt === y.createdAt && a > b) ? -1 : 1))
        .filter(([id, i]) => !from || i.createdAt < from.createdAt || (i.createdAt === from.createdAt && id < from.id))
      const { items, nextCursor } = pageOf(open, limit, ([id, { createdAt }]) => ({ createdAt, id }))
      return { body: { items: await Promise.all(items.map(([id, invitation]) => view(id, invitation))), nextCursor } }
    },
    revokeInvitation: async ({ actor: { userId, organizationId }, params: { id }, meta }) => {
      const [{ role }, { state }] = [await enter.membership(userId, organizationId), await organizations.load(organizationId, organizationId)]
      if (!policies.revoke(role, state.invitations.get(id)?.role ?? 'member')) throw forbidden()
      await organizations.handle(organizationId, organizationId, { type: 'RevokeInvitation', invitationId: id }, meta)
      return {}
    },
    acceptInvitation: async ({ actor: { userId }, body, meta }) => {
      const { organizationId, invitationId } = invitationOf(keys, body.token)
      const { state } = await persons.load(NO_TENANT, userId)
      if (!('emailHash' in state)) throw new Refused('missing', 'user-unknown', 'There is no such user.')
      if (state.status === 'closing') throw new Refused('forbidden', 'account-closing', 'The account is being closed.')
      // The organization decides; the person's own list follows, here and, after a crash, by the reaction to it.
      await organizations.handle(organizationId, organizationId, { type: 'AcceptInvitation', invitationId, userId, emailHash: state.emailHash, at: meta.at }, meta)
      await persons.handle(NO_TENANT, userId, { type: 'JoinOrganization', organizationId }, meta)
      const { name, role } = await enter.membership(userId, organizationId)
      return { body: { id: organizationId, name, role } }
    },
  }
}
