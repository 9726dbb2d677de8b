import { randomFillSync } from 'node:crypto'
import type { WorkContext } from './context.ts'

const pool = Buffer.alloc(4096)
let used = pool.length
const randomHex = (bytes: number): string => {
  if (used + bytes > pool.length) { randomFillSync(pool); used = 0 }
  return pool.toString('hex', used, (used += bytes))
}
export const newTraceId = (): string => randomHex(16)
export const newSpanId = (): string => randomHex(8)

const form = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/

/** The trace that a W3C `traceparent` names, or undefined when it is absent or not one. */
export const parseTraceparent = (header: string | undefined): { traceId: string; spanId: string; sampled: boolean } | undefined => {
  const [, traceId = '', spanId = '', flags = '00'] = form.exec(header ?? '') ?? []
  if (!traceId || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** The `traceparent` to send with outgoing calls and events. */
export const traceparentOf = ({ traceId, spanId, sampled }: Pick<WorkContext, 'traceId' | 'spanId' | 'sampled'>): string =>
  `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
