import { z } from 'zod'
import { operation } from './define.ts'
import { Id, paging, page } from './primitives.ts'

export const DeadLetterView = z.object({
  id: z.string(),
  consumer: z.string(),
  topic: z.string(),
  partition: z.number().int(),
  position: z.number().int(),
  subject: z.string(),
  state: z.enum(['waiting', 'replayed', 'skipped']),
  reason: z.string(),
  attempts: z.number().int(),
  /** The letter that this one waits for; null when it failed by itself. */
  behind: z.string().nullable(),
  traceId: z.string().nullable(),
  at: z.string(),
}).meta({ id: 'DeadLetter', description: 'An event that a service could not handle, or one that waits behind it' })
export type DeadLetterView = z.infer<typeof DeadLetterView>

// Sidecars decode a path and refuse `#`, `/` and `%` in a segment (seen on 1.18.2): a letter's id on the wire is base64url of the stored one.
const params = z.object({ id: z.string().regex(/^[\w-]{1,900}$/) })
const about = z.strictObject({ organizationId: Id })
const shared = { access: 'internal', callers: ['gateway'], errors: { 'dead-letter-unknown': 404, 'dead-letter-settled': 409, 'dead-letter-behind': 409 } } as const

export const DeadLetterOutcome = z.object({
  /** How many events were handled, up to now. */
  replayed: z.number().int(),
  state: z.enum(['waiting', 'replayed', 'skipped']),
  /** It takes longer than an answer may: the rest is handled in the background. */
  goesOn: z.boolean(),
}).meta({ id: 'DeadLetterOutcome', description: 'What became of a dead letter and of those that wait behind it' })

/** Every consuming service lists its dead letters and lets operators decide, organization by organization. */
export const deadLetterApi = {
  listDeadLetters: operation({
    ...shared, method: 'GET', path: '/internal/dead-letters', summary: 'Events that could not be handled', status: 200,
    query: z.strictObject({ organizationId: Id, state: z.enum(['waiting', 'replayed', 'skipped']).optional(), ...paging }), reply: page(DeadLetterView),
  }),
  showDeadLetter: operation({
    ...shared, method: 'GET', path: '/internal/dead-letters/:id', summary: 'One of them, with the event as it came', status: 200, params, query: about, reply: DeadLetterView.extend({ event: z.unknown() }),
  }),
  replayDeadLetter: operation({
    ...shared, method: 'POST', path: '/internal/dead-letters/:id/replay', summary: 'Handle it again, and those behind it', status: 200, also: 202, params, body: about, reply: DeadLetterOutcome,
  }),
  skipDeadLetter: operation({
    ...shared, method: 'POST', path: '/internal/dead-letters/:id/skip', summary: 'Give it up, and go on with those behind it', status: 200, also: 202, params, body: about, reply: DeadLetterOutcome,
  }),
}
