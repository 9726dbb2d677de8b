import { z } from 'zod'
import { EmailAddress, Id, OrganizationRole, Time } from '../primitives.ts'

const to = z.object({ address: EmailAddress, name: z.string().max(200) })
const Token = z.string().min(16).max(500)
const about = {
  /** Null when the mail is not about one organization, as a password reset. */
  organizationId: Id.nullable(),
  to,
  /** Whose mail it is, whose password or who invites: it goes with that account. */
  userId: Id.optional(),
  /** The same id asks for the same mail: it is sent once. */
  dedupeId: Id,
}

/**
 * A mail that another service asks for, worth nothing after its `expiresAt`. The address and the token are removed from the store as soon as
 * the mail is delivered or given up.
 */
export const Mail = z.discriminatedUnion('template', [
  z.strictObject({ ...about, template: z.literal('password-reset'), data: z.strictObject({ token: Token, expiresAt: Time }) }),
  z.strictObject({
    ...about, template: z.literal('invitation'),
    data: z.strictObject({
      token: Token, organizationName: z.string().max(200), inviterName: z.string().max(200), role: OrganizationRole, expiresAt: Time,
    }),
  }),
])
export type Mail = z.infer<typeof Mail>

/** What tells a mail that was asked for from all others. */
export const MailName = z.strictObject({ organizationId: Id.nullable(), template: z.enum(['password-reset', 'invitation']), dedupeId: Id })
export type MailName = z.infer<typeof MailName>
