import { z } from 'zod'
import { Id, OrganizationRole, Time } from '../primitives.ts'

const to = z.object({ address: z.email().max(254), name: z.string().max(200) })
const Token = z.string().min(16).max(500)
const about = {
  /** Null when the mail is not about one organization, as a password reset. */
  organizationId: Id.nullable(),
  to,
  /** The same id asks for the same mail: it is sent once. */
  dedupeId: Id,
}

/** A mail that another service asks for. The address and the token are removed from the store as soon as the mail is delivered or given up. */
export const Mail = z.discriminatedUnion('template', [
  // `userId`: whose password it is, so that the mail goes with the account.
  z.strictObject({ ...about, template: z.literal('password-reset'), userId: Id.optional(), data: z.strictObject({ token: Token, expiresAt: Time }) }),
  z.strictObject({
    ...about, template: z.literal('invitation'),
    data: z.strictObject({
      token: Token, organizationName: z.string().max(200), inviterName: z.string().max(200), role: OrganizationRole, expiresAt: Time,
    }),
  }),
])
export type Mail = z.infer<typeof Mail>
