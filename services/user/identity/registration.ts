import { Refused } from '../../shared/kit/decider.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import type { UserDeps } from '../deps.ts'
import { acceptInvitation } from '../domain/invitation.ts'
import type { Loaded } from '../views/directory.ts'
import { joining } from './joining.ts'
import { readMailedToken } from './mailed-token.ts'
import { checkPassword } from './password-policy.ts'
import type { Caller } from './sign-in.ts'

/** Without a password the person comes from another provider, which has checked the address. */
export type NewPerson = { email: string; password: string | null; name: string; organizationName?: string | undefined; invitationToken?: string | undefined }
type Deps = Pick<UserDeps, 'persons' | 'organizations' | 'logins' | 'passwords' | 'vault' | 'keys' | 'directory'>

const invalid = (): Refused => new Refused('rule', 'invitation-invalid', 'This invitation has been used, taken back, or is too old.')
/** The invitation that a mailed token stands for; whether it still holds is for the organization to say. */
export const invitationOf = (keys: UserDeps['keys'], token: string): { organizationId: string; invitationId: string } => {
  const read = readMailedToken(keys, 'invitation', token)
  if (!read) throw invalid()
  return { organizationId: read.about, invitationId: read.request }
}

type Registered = { userId: string; person: Loaded; organizationId: string; emailHash: string }

/**
 * Signing up. The claim of the address comes first and is adopted when a crash left nobody behind it; the person's first commit decides
 * who is first. His organization, founded or joined by invitation, follows that commit, here and, after a crash, by the reaction to it:
 * under the claimed id nothing is given to anybody before it is known whose it is.
 */
export const registration = (deps: Deps) => {
  const { persons, organizations, logins, passwords, vault, keys } = deps
  const join = joining(deps)
  /** Under which id somebody signs up. Who is closed has no address: a claim left with him, or just made by the repetition of his sign-up, is let go. */
  const claim = async (emailHash: string, freshId: string, closed: Refused): Promise<string> => {
    for (;;) {
      const userId = await logins.claim(emailHash, freshId)
      const { state, version } = await persons.load(NO_TENANT, userId)
      if (state.status !== 'closed') {
        if (userId !== freshId && version > 0) throw new Refused('rule', 'email-taken', 'There is an account with this address already.')
        return userId
      }
      await logins.release(emailHash, userId)
      if (userId === freshId) throw closed
    }
  }
  return async ({ email, password, name, organizationName, invitationToken }: NewPerson, { meta, newId }: Caller): Promise<Registered> => {
    const invitation = invitationToken === undefined ? undefined : invitationOf(keys, invitationToken)
    const inviting = invitation && (await organizations.load(invitation.organizationId, invitation.organizationId)).state
    if (password !== null) checkPassword(password, { email, names: [name, organizationName ?? inviting?.name ?? ''] })
    const emailHash = logins.hash(email)
    const [freshId, freshOrganization] = [newId(), newId()]
    const organizationId = invitation?.organizationId ?? freshOrganization
    const closed = invitation ? invalid() : new Refused('missing', 'user-unknown', 'The account that this request made has been closed.')
    const userId = await claim(emailHash, freshId, closed)
    // Whether it holds is asked before the costly hash, and decided after the person is there.
    if (invitation && inviting) acceptInvitation(inviting, { type: 'AcceptInvitation', invitationId: invitation.invitationId, userId, emailHash, at: meta.at })

    const profile = JSON.stringify({ name, avatarUrl: null, timezone: 'UTC', locale: 'en', preferences: {} })
    const hash = password === null ? null : await passwords.hash(password)
    const sealedEmail = await vault.seal(userId, email)
    const [sealedProfile, sealedHash] = await Promise.all([vault.seal(userId, profile), hash === null ? null : vault.seal(userId, hash)])
    const organization = { id: organizationId, name: organizationName ?? null, ...(invitation && { invitationId: invitation.invitationId }) }
    const own = { ...meta, actor: userId }
    const person = await persons.handle(NO_TENANT, userId, {
      type: 'Register', emailHash, email: sealedEmail, profile: sealedProfile, password: sealedHash, organization, at: meta.at,
    }, own)
    if (organization.name !== null) {
      const founding = { type: 'CreateOrganization', name: organization.name, ownerId: userId, at: meta.at } as const
      await organizations.handle(organizationId, organizationId, founding, own)
    }
    const refusal = invitation && await join({ ...invitation, userId, emailHash, at: meta.at }, own)
    if (refusal) throw refusal
    return { userId, person, organizationId, emailHash }
  }
}
