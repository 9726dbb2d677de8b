import { z } from 'zod'
import { operation } from './define.ts'

/** So many requests go together at most. */
export const BATCH_MOST = 64

const Headers = z.record(z.string(), z.union([z.string(), z.array(z.string())]))
// As whoever parses it as a URL will see it.
const forPeople = (path: string): boolean =>
  path.startsWith('/api/') && URL.canParse(path, 'http://service') && new URL(path, 'http://service').pathname.startsWith('/api/')
/** A request of a person as it would be if it went alone. Only what people may ask for goes so. */
export const BatchedRequest = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']), path: z.string().refine(forPeople, 'must be below /api'),
  headers: Headers, body: z.string().optional(),
})
export type BatchedRequest = z.output<typeof BatchedRequest>
/** A line of the answer: to the request at this place, counted from 0. `alone`: the answer is a long one, and goes to who asks for it alone. */
export const BatchedAnswer = z.union([
  z.object({ at: z.number().int(), alone: z.literal(true) }),
  z.object({ at: z.number().int(), status: z.number().int(), headers: Headers, body: z.string() }),
])
export type BatchedAnswer = z.output<typeof BatchedAnswer>

/** Every service behind the gateway takes several requests at once. */
export const batchApi = {
  batch: operation({
    method: 'POST', path: '/internal/batch', summary: 'Requests that go together; each is answered by a line of its own, as soon as it is done',
    access: 'internal', callers: ['gateway'], status: 200, body: z.strictObject({ requests: z.array(BatchedRequest).min(1).max(BATCH_MOST) }),
    produces: 'application/x-ndjson',
  }),
}
