import { z } from 'zod'
import { operation } from './define.ts'
import { Id, paging, page } from './primitives.ts'

/**
 * Where a dead letter stands: it waits for an operator, was handled again, or was given up: by an operator,
 * or for a new letter when it waited behind another one and then failed by itself.
 */
export const DeadLetterState = z.enum(['waiting', 'replayed', 'skipped'])
export type DeadLetterState = z.infer<typeof DeadLetterState>

export const DeadLetterView = z.object({
  id: z.string(),
  consumer: z.string(),
  topic: z.string(),
  partition: z.number().int(),
  position: z.number().int(),
  subject: z.string(),
  state: DeadLetterState,
  reason: z.string(),
  attempts: z.number().int(),
  /** The letter that this one waits for; null when it failed by itself. */
  behind: z.string().nullable(),
  traceId: z.string().nullable(),
  at: z.string(),
}).meta({ id: 'DeadLetter', description: 'An event that a service could not handle, or one that waits behind it' })
export type DeadLetterView = z.infer<typeof DeadLetterView>

/** The id of a letter on the wire: base64url of the stored one, as sidecars decode a path and refuse `#`, `/` and `%` in a segment (seen on 1.18.2). */
export const DeadLetterId = z.string().regex(/^[\w-]{1,900}$/)
/** What the operations on a letter refuse. */
export const deadLetterErrors = { 'dead-letter-unknown': 404, 'dead-letter-settled': 409, 'dead-letter-behind': 409 } as const

/**
 * In place of an organization: what came does not say whose it is. No actor has this one, so people are shown nothing of it;
 * who runs the platform asks the service.
 */
export const NOBODYS = '-'
const organizationId = z.union([Id, z.literal(NOBODYS)])

const params = z.object({ id: DeadLetterId })
const about = z.strictObject({ organizationId })
const shared = { access: 'internal', callers: ['gateway'], errors: deadLetterErrors } as const

export const DeadLetterOutcome = z.object({
  /** How many events were handled, up to now. */
  replayed: z.number().int(),
  state: DeadLetterState,
  /** It takes longer than an answer may: the rest is handled in the background. */
  goesOn: z.boolean(),
}).meta({ id: 'DeadLetterOutcome', description: 'What became of a dead letter and of those that wait behind it' })

/** Every consuming service lists its dead letters and lets operators decide, organization by organization. */
export const deadLetterApi = {
  listDeadLetters: operation({
    ...shared, method: 'GET', path: '/internal/dead-letters', summary: 'Events that could not be handled', status: 200,
    query: z.strictObject({ organizationId, state: DeadLetterState.optional(), ...paging }), reply: page(DeadLetterView),
  }),
  showDeadLetter: operation({
    ...shared, method: 'GET', path: '/internal/dead-letters/:id', summary: 'One of them, with the event as it came', status: 200,
    params, query: about, reply: DeadLetterView.extend({ event: z.unknown() }),
  }),
  replayDeadLetter: operation({
    ...shared, method: 'POST', path: '/internal/dead-letters/:id/replay', summary: 'Handle it again, and those behind it', status: 200, also: 202,
    params, body: about, reply: DeadLetterOutcome,
  }),
  skipDeadLetter: operation({
    ...shared, method: 'POST', path: '/internal/dead-letters/:id/skip', summary: 'Give it up, and go on with those behind it', status: 200, also: 202,
    params, body: about, reply: DeadLetterOutcome,
  }),
}
