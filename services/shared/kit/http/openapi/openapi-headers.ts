import { z } from 'zod'
import { honoursIfMatch, type Operation } from '../../../contracts/define.ts'
import { canBeKnown } from '../etag.ts'
import type { Json } from './json-schema.ts'

const header = (name: string, description: string, pattern?: string): Json =>
  ({ name, in: 'header', required: false, description, schema: { type: 'string', ...(pattern !== undefined && { pattern }) } })

/** The request headers that an operation of this method honours. */
export const headerParameters = (operation: Operation): Json[] => {
  const { method, reply } = operation
  return [
    ...(method === 'POST'
      ? [header('Idempotency-Key', 'The same key and body within 24 hours gives the first answer again, with one effect.', '^[!-~]{0,255}$')]
      : []),
    ...(honoursIfMatch(operation)
      ? [header('If-Match', 'The "<version>" that the caller saw, or *. Another version is refused with 412.', String.raw`^(\*|(W/)?"[0-9]{1,15}")?$`)]
      : []),
    ...(canBeKnown(operation) && reply ? [header('If-None-Match', 'The "<version>" that the caller has; the same version is answered with 304.')] : []),
  ]
}

const hasVersion = (schema: unknown): boolean => (schema instanceof z.ZodUnion
  ? schema.options.some(hasVersion)
  : schema instanceof z.ZodObject && schema.shape.version instanceof z.ZodNumber)
const text = (description: string): Json => ({ description, schema: { type: 'string' } })

/** The headers that an answer can carry. */
export const replyHeaders = ({ method, status, reply, setsCookie }: Operation): Json => ({
  traceparent: text('W3C trace context of this request'),
  RateLimit: text('What is left of the quota, at the gateway'),
  'RateLimit-Policy': text('The quota, at the gateway'),
  ...(hasVersion(reply) ? { ETag: text('"<version>" of the object') } : {}),
  ...(setsCookie === undefined ? {} : { 'Set-Cookie': text(`${setsCookie}, where the refresh token is kept in the browser`) }),
  ...(method === 'POST' ? { 'Idempotency-Replayed': text('true when this is the first answer again') } : {}),
  ...(status === 302 ? { Location: text('Where to go on') } : {}),
})
