import { z } from 'zod'
import { appIds, operation } from './define.ts'
import { Id, page, paging, Time } from './primitives.ts'

const CloudEvent = z.looseObject({ id: z.string(), type: z.string(), subject: z.string(), partition: z.number().int(), position: z.number().int(), previous: z.number().int() })

/** What every producer of events answers: what it has said, for consumers that missed some of it. */
export const feedApi = {
  feed: operation({
    method: 'GET', path: '/internal/feed', summary: 'Public events of a partition after a position, in order', access: 'internal', status: 200, callers: appIds,
    query: z.object({ partition: z.coerce.number().int().min(0).max(1023), after: z.coerce.number().int().min(-1).default(-1), limit: z.coerce.number().int().min(1).max(1000).default(500) }),
    reply: z.object({ events: z.array(CloudEvent), head: z.number().int() }),
  }),
  heads: operation({
    method: 'GET', path: '/internal/feed/heads', summary: 'Per partition, one more than the position of its last public event', access: 'internal', status: 200, callers: appIds,
    reply: z.object({ heads: z.array(z.number().int()) }),
  }),
} as const

export const DeadLetterState = z.enum(['waiting', 'replayed', 'skipped'])
/** An event that a consumer could not handle, or one parked behind such an event of the same subject. */
export const DeadLetter = z.object({
  id: Id, consumer: z.string(), topic: z.string(), subject: z.string(), organizationId: z.string(), state: DeadLetterState, reason: z.string(), attempts: z.number().int(),
  behind: z.string().nullable(), traceId: z.string().nullable(), at: Time, event: z.unknown(),
}).meta({ id: 'DeadLetter' })
export type DeadLetter = z.infer<typeof DeadLetter>

const byId = z.object({ id: Id })
const ofOrganization = z.object({ organizationId: Id })
const outcome = z.object({ replayed: z.number().int() })

/** What every service answers about events it could not handle. One organization's letters are unknown to another. */
export const deadLettersApi = {
  listDeadLetters: operation({
    method: 'GET', path: '/internal/dead-letters', summary: 'Events that could not be handled', access: 'internal', status: 200, callers: ['gateway'],
    query: ofOrganization.extend({ state: DeadLetterState.optional(), ...paging }), reply: page(DeadLetter),
  }),
  showDeadLetter: operation({ method: 'GET', path: '/internal/dead-letters/:id', summary: 'One of them', access: 'internal', status: 200, callers: ['gateway'], params: byId, query: ofOrganization, reply: DeadLetter, errors: { 'dead-letter-unknown': 404 } }),
  replayDeadLetter: operation({
    method: 'POST', path: '/internal/dead-letters/:id/replay', summary: 'Handle it again, and those parked behind it', access: 'internal', status: 200, callers: ['gateway'],
    params: byId, body: z.strictObject({ organizationId: Id }), reply: outcome, errors: { 'dead-letter-unknown': 404, 'dead-letter-failed': 409 },
  }),
  skipDeadLetter: operation({
    method: 'POST', path: '/internal/dead-letters/:id/skip', summary: 'Give it up, and let those behind it go on', access: 'internal', status: 200, callers: ['gateway'],
    params: byId, body: z.strictObject({ organizationId: Id }), reply: outcome, errors: { 'dead-letter-unknown': 404 },
  }),
} as const
