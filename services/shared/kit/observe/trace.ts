import type { Span, SpanKind } from '@opentelemetry/api'
import { currentContext, inContext, type WorkContext } from './context.ts'
import { newSpanId, newTraceId, parseTraceparent } from './traceparent.ts'

export type SpanKindName = 'server' | 'client' | 'consumer' | 'internal'
/** Makes and ends real spans; there is none while tracing is off. */
export type Spans = { start(name: string, kind: SpanKindName, parent: Parent | undefined): Span; stop(): Promise<void> }
export type Parent = Pick<WorkContext, 'traceId' | 'spanId' | 'sampled'>

let spans: Spans | undefined
/** Records spans from now on; without it only the ids are made and handed on, which costs next to nothing. */
export const recordSpans = (recorder: Spans | undefined): void => { spans = recorder }

/** What a piece of work came from: the headers of a request, or the attributes of an event. */
export type Origin = { traceparent?: string | undefined; correlationId?: string | undefined; organizationId?: string | undefined }
export type Work = { work: WorkContext; end: (attributes: Readonly<Record<string, string | number>>, failed: boolean, name?: string) => void }

/** Begins a piece of work: its trace is continued from the origin, else it begins here. */
export const beginWork = (name: string, kind: SpanKindName, { traceparent, correlationId, organizationId }: Origin = {}): Work => {
  const parent = parseTraceparent(traceparent) ?? currentContext()
  const span = spans?.start(name, kind, parent)
  const ids = span?.spanContext()
  const traceId = ids?.traceId ?? parent?.traceId ?? newTraceId()
  // Nobody records here, so the sidecars on the way need not either.
  const work: WorkContext = {
    traceId, spanId: ids?.spanId ?? newSpanId(), sampled: ids ? (ids.traceFlags & 1) === 1 : (parent?.sampled ?? false),
    correlationId: correlationId !== undefined && /^[\w.:-]{1,100}$/.test(correlationId) ? correlationId : (currentContext()?.correlationId ?? traceId),
  }
  if (organizationId !== undefined) work.organizationId = organizationId
  return { work, end: (attributes, failed, finalName) => { if (span) finish(span, attributes, failed, finalName) } }
}

const finish = (span: Span, attributes: Readonly<Record<string, string | number>>, failed: boolean, name?: string): void => {
  if (name !== undefined) span.updateName(name)
  span.setAttributes({ ...attributes })
  if (failed) span.setStatus({ code: 2 })
  span.end()
}

/** Does something as a piece of work of its own: an outgoing call, an event, a job. Logs, calls and commits inside carry its trace. */
export const inWork = async <T>(name: string, kind: SpanKindName, origin: Origin, run: () => Promise<T>): Promise<T> => {
  const { work, end } = beginWork(name, kind, origin)
  try {
    const result = await inContext(work, run)
    end({}, false)
    return result
  } catch (error) {
    end({ 'error.type': error instanceof Error ? error.name : 'unknown' }, true)
    throw error
  }
}

/** The number that OpenTelemetry gives a kind. */
export const kindNumber: Readonly<Record<SpanKindName, SpanKind>> = { internal: 0, server: 1, client: 2, consumer: 4 }
