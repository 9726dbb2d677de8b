import { z } from 'zod'
import { honoursIfMatch, type Operation } from '../../../contracts/define.ts'
import { canBeKnown } from '../etag.ts'
import type { Json } from './json-schema.ts'

const header = (name: string, description: string, pattern?: string): Json =>
  ({ name, in: 'header', required: false, description, schema: { type: 'string', ...(pattern !== undefined && { pattern }) } })

/** The request headers that an operation of this method honours. */
export const headerParameters = (operation: Operation): Json[] => {
  const { method } = operation
  return [
    ...(method === 'POST'
      ? [header('Idempotency-Key', 'The same request with the same key within 24 hours gives the first answer again, with one effect.', '^[!-~]{0,255}$')]
      : []),
    ...(honoursIfMatch(operation)
      ? [header('If-Match', 'The "<version>" that the caller saw, or *. Another version is refused with 412.', String.raw`^(\*|(W/)?"[0-9]{1,15}")?$`)]
      : []),
    ...(knowsVersions(operation) ? [header('If-None-Match', 'The ETag that the caller has; the same version is answered with 304.')] : []),
  ]
}

/** Whether it answers 304 to whoever has this version already. */
export const knowsVersions = (operation: Operation): boolean =>
  operation.method === 'GET' && (carries(operation, 'ETag') || (canBeKnown(operation) && operation.reply !== undefined))
const carries = ({ headers = [] }: Operation, name: 'ETag' | 'Location'): boolean => headers.includes(name)

const hasVersion = (schema: unknown): boolean => (schema instanceof z.ZodUnion
  ? schema.options.some(hasVersion)
  : schema instanceof z.ZodObject && schema.shape.version instanceof z.ZodNumber)
const text = (description: string): Json => ({ description, schema: { type: 'string' } })

/** The headers that an answer can carry. */
export const replyHeaders = (operation: Operation): Json => ({
  traceparent: text('W3C trace context of this request'),
  RateLimit: text('What is left of the quota, at the gateway'),
  'RateLimit-Policy': text('The quota, at the gateway'),
  ...(hasVersion(operation.reply) || carries(operation, 'ETag') ? { ETag: text('"<version>" of the object, or of the document') } : {}),
  ...(operation.setsCookie === undefined ? {} : { 'Set-Cookie': text(`${operation.setsCookie}, where the refresh token is kept in the browser`) }),
  ...(operation.method === 'POST' ? { 'Idempotency-Replayed': text('true when this is the first answer again') } : {}),
  ...(operation.status === 302 ? { Location: text('Where to go on') } : {}),
  ...(carries(operation, 'Location') ? { Location: text('Where the new object is') } : {}),
})
