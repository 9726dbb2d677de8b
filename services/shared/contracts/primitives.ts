import { z } from 'zod'

/** An opaque id. Ids are UUIDv7 as made by the services; a saga's id is `<saga>.<uuid>`. */
export const Id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,99}$/, 'must be an id: letters, digits, dots and dashes').meta({ description: 'opaque id' })
/** A line without control characters; written without `\p{Cc}`, which readers of the documents in other languages do not all know. */
export const oneLine = /^[^\u0000-\u001f\u007f-\u009f]*$/
// What the years are is said in the documents, too; which days a month has is left to `date-time`.
const stamp = String.raw`^(19[7-9]\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?Z$`
// Zod's own pattern refuses top-level domains of other scripts, which browsers send as `xn--…`.
const mailbox = /^(?:[A-Za-z0-9_'+-]+\.)*[A-Za-z0-9_'+-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+(?:[A-Za-z]{2,}|[Xx][Nn]--[A-Za-z0-9-]*[A-Za-z0-9])$/
/** An e-mail address that mail can be sent to (RFC 5321; domains of other scripts as RFC 5891 writes them). */
export const EmailAddress = z.email({ pattern: mailbox, error: 'must be an e-mail address' }).max(254)
/** An instant, ISO 8601 in UTC, between the years 1970 and 2200. */
export const Time = z.iso.datetime().refine(t => t >= '1970' && t < '2200', 'must lie between the years 1970 and 2200').meta({ pattern: stamp })
/** A list answer: the items, and the cursor of the next page or null at the end. */
export const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().nullable() })
// A cursor may carry a title: 500 characters that JSON escapes, in base64.
const longestCursor = 4500
/** The query fields that every list takes. */
export const paging = { limit: z.coerce.number().int().min(1).max(200).default(50), cursor: z.string().max(longestCursor).optional() }

export const OrganizationRole = z.enum(['owner', 'admin', 'member', 'guest'])
export type OrganizationRole = z.infer<typeof OrganizationRole>
export const ProjectRole = z.enum(['owner', 'manager', 'contributor', 'viewer'])
export type ProjectRole = z.infer<typeof ProjectRole>
export const Priority = z.enum(['none', 'low', 'medium', 'high', 'urgent'])
export type Priority = z.infer<typeof Priority>
export const Difficulty = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(5), z.literal(8), z.literal(13)])
export type Difficulty = z.infer<typeof Difficulty>

/** From where something was changed: never a machine, and shown only to those who answer for the organization. */
export const Origin = z.string().optional().meta({ description: 'the network it came from, such as 203.0.113.0/24; for owners and admins of the organization' })

/** What changed: field → value before and after. */
export const Changes = z.record(z.string(), z.object({ before: z.unknown(), after: z.unknown() }))
