import { Refused } from '../../shared/kit/decider.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import type { UserDeps } from '../deps.ts'
import type { Loaded } from '../views/directory.ts'
import { readMailedToken } from './mailed-token.ts'
import { checkPassword } from './password-policy.ts'
import type { Caller } from './sign-in.ts'

/** Without a password the person comes from another provider, which has checked the address. */
export type NewPerson = { email: string; password: string | null; name: string; organizationName?: string | undefined; invitationToken?: string | undefined }
type Deps = Pick<UserDeps, 'persons' | 'organizations' | 'logins' | 'passwords' | 'vault' | 'keys'>

/** The invitation that a mailed token stands for; whether it still holds is for the organization to say. */
export const invitationOf = (keys: UserDeps['keys'], token: string): { organizationId: string; invitationId: string } => {
  const read = readMailedToken(keys, 'invitation', token)
  if (!read) throw new Refused('rule', 'invitation-invalid', 'This invitation has been used, taken back, or is too old.')
  return { organizationId: read.about, invitationId: read.request }
}

/**
 * Signing up. The claim of the address comes first and is adopted when a crash left nobody behind it; the person's first commit decides who is first.
 * An invitation is accepted before that, under the claimed id, so that a repetition by the same address finds it its own; a new organization follows the person's
 * commit, here and, after a crash, by the reaction to it.
 */
export const registration = ({ persons, organizations, logins, passwords, vault, keys }: Deps) =>
  async ({ email, password, name, organizationName, invitationToken }: NewPerson, { meta, newId }: Caller): Promise<{ userId: string; person: Loaded; organizationId: string; emailHash: string }> => {
    if (password !== null) checkPassword(password, email)
    const invitation = invitationToken === undefined ? undefined : invitationOf(keys, invitationToken)
    const emailHash = logins.hash(email)
    const [freshId, freshOrganization] = [newId(), newId()]
    const organizationId = invitation?.organizationId ?? freshOrganization
    const userId = await logins.claim(emailHash, freshId)
    if (userId !== freshId && (await persons.load(NO_TENANT, userId)).version > 0) throw new Refused('rule', 'email-taken', 'There is an account with this address already.')

    const profile = JSON.stringify({ name, avatarUrl: null, timezone: 'UTC', locale: 'en', preferences: {} })
    const hash = password === null ? null : await passwords.hash(password)
    const sealedEmail = await vault.seal(userId, email)
    const [sealedProfile, sealedHash] = await Promise.all([vault.seal(userId, profile), hash === null ? null : vault.seal(userId, hash)])
    if (invitation) await organizations.handle(organizationId, organizationId, { type: 'AcceptInvitation', invitationId: invitation.invitationId, userId, emailHash, at: meta.at }, meta)
    const organization = { id: organizationId, name: organizationName ?? null }
    const person = await persons.handle(NO_TENANT, userId, { type: 'Register', emailHash, email: sealedEmail, profile: sealedProfile, password: sealedHash, organization, at: meta.at }, { ...meta, actor: userId })
    if (organization.name !== null) await organizations.handle(organizationId, organizationId, { type: 'CreateOrganization', name: organization.name, ownerId: userId, at: meta.at }, { ...meta, actor: userId })
    return { userId, person, organizationId, emailHash }
  }
