import { z } from 'zod'

/** An opaque id. Ids are UUIDv7 as made by the services; a saga's id is `<saga>.<uuid>`. */
export const Id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,99}$/, 'must be an id: letters, digits, dots and dashes').meta({ description: 'opaque id' })
/** An instant, ISO 8601 in UTC, between the years 1970 and 2200. */
export const Time = z.iso.datetime().refine(t => t >= '1970' && t < '2200', 'must lie between the years 1970 and 2200')
/** A list answer: the items, and the cursor of the next page or null at the end. */
export const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().nullable() })
/** The query fields that every list takes. */
export const paging = { limit: z.coerce.number().int().min(1).max(200).default(50), cursor: z.string().max(500).optional() }

export const OrganizationRole = z.enum(['owner', 'admin', 'member', 'guest'])
export type OrganizationRole = z.infer<typeof OrganizationRole>
export const ProjectRole = z.enum(['owner', 'manager', 'contributor', 'viewer'])
export type ProjectRole = z.infer<typeof ProjectRole>
export const Priority = z.enum(['none', 'low', 'medium', 'high', 'urgent'])
export type Priority = z.infer<typeof Priority>
export const Difficulty = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(5), z.literal(8), z.literal(13)])
export type Difficulty = z.infer<typeof Difficulty>

/** What changed: field → value before and after. */
export const Changes = z.record(z.string(), z.object({ before: z.unknown(), after: z.unknown() }))
