import { z } from 'zod'
import { EmailAddress, Id, oneLine, OrganizationRole, Time } from '../primitives.ts'
import { Timezone } from '../timezone.ts'

const isLocale = (tag: string): boolean => { try { return Intl.getCanonicalLocales(tag).length > 0 } catch { return false } }

/** An e-mail address as typed; it is compared without regard to case. */
export const Email = z.string().trim().max(254).pipe(EmailAddress)
/** A password that is being chosen; the other rules (not common, not like the address) are the service's. */
export const NewPassword = z.string().min(10, 'must have at least 10 characters').max(128, 'must have at most 128 characters')
/** A password or one-time secret that is being checked; any text is taken, so that the answer does not tell what is well formed. */
export const Secret = z.string().min(1).max(1000)
export const PersonName = z.string().trim().min(1).max(100).regex(oneLine, 'must not hold control characters')
export const OrganizationName = z.string().trim().min(1).max(100).regex(oneLine, 'must not hold control characters')
const Locale = z.string().max(35).refine(isLocale, 'must be a BCP 47 language tag, such as de-AT')
const AvatarUrl = z.url({ protocol: /^https$/, error: 'must be an https address' }).max(2000)
const preferenceValue = z.union([z.string().max(1000), z.number(), z.boolean(), z.null(), z.array(z.string().max(200)).max(50)])
/** Settings of the person's own apps, by key. */
export const Preferences = z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/, 'must be a key of letters, digits, dots, dashes'), preferenceValue)
  .refine(all => Object.keys(all).length <= 100, 'must have at most 100 keys')

export const Profile = z.object({
  id: Id, email: z.string(), name: z.string(), avatarUrl: z.string().nullable(), timezone: z.string(), locale: z.string(), preferences: Preferences,
  role: OrganizationRole, organizationId: Id, createdAt: Time, version: z.number().int(),
})
export type Profile = z.infer<typeof Profile>
export const ProfileChange = z.strictObject({
  name: PersonName, avatarUrl: AvatarUrl.nullable(), timezone: Timezone, locale: Locale, preferences: Preferences,
}).partial()

export const Organization = z.object({ id: Id, name: z.string(), role: OrganizationRole })
/** What a sign-in gives. `refreshToken` is null when it went into the HttpOnly cookie (`tokenIn: 'cookie'`). */
export const SignedIn = z.object({
  user: Profile, organization: Organization, accessToken: z.string(), refreshToken: z.string().nullable(),
  expiresIn: z.number().int().meta({ description: 'seconds' }),
})
export type SignedIn = z.infer<typeof SignedIn>

export const Session = z.object({ id: Id, createdAt: Time, lastSeenAt: Time, expiresAt: Time, ip: z.string(), userAgent: z.string(), current: z.boolean() })
export type Session = z.infer<typeof Session>

/**
 * A member of the organization; guests do not see addresses. `version` counts the changes of the membership:
 * its role, being shut out, and the closing of the account.
 */
export const Member = z.object({
  id: Id, name: z.string(), email: z.string().nullable(), avatarUrl: z.string().nullable(),
  role: OrganizationRole, disabled: z.boolean(), joinedAt: Time, version: z.number().int(),
})
export type Member = z.infer<typeof Member>
export const Invitation = z.object({ id: Id, email: z.string(), role: OrganizationRole, invitedBy: Id, createdAt: Time, expiresAt: Time })
export type Invitation = z.infer<typeof Invitation>

const Jwk = z.object({
  kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), kid: z.string(), alg: z.literal('EdDSA'), use: z.literal('sig'),
})
export const Jwks = z.object({ keys: z.array(Jwk) })
export type Jwks = z.infer<typeof Jwks>
