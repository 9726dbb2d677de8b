import type { Context } from 'koa'
import { headers } from '../http/headers.ts'
import type { WorkContext } from './context.ts'
import { newSpanId, newTraceId, parseTraceparent } from './traceparent.ts'

export type ServerWork = { work: WorkContext; end?: (operation: string, status: number) => void }

/** The trace of an incoming request: continued when it has one, else begun here. */
export const serverWork = (ctx: Context): ServerWork => {
  const parent = parseTraceparent(ctx.get('traceparent'))
  const traceId = parent?.traceId ?? newTraceId()
  const spanId = newSpanId()
  const given = ctx.get(headers.correlationId)
  const correlationId = /^[\w.-]{1,100}$/.test(given) ? given : traceId
  return { work: { traceId, spanId, sampled: parent?.sampled ?? true, correlationId } }
}
