import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { otlpSpans } from './exporter.ts'
import { currentContext } from './context.ts'
import { beginWork, inWork, recordSpans } from './trace.ts'
import { parseTraceparent, traceparentOf } from './traceparent.ts'

const given = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
afterEach(() => { recordSpans(undefined) })

describe('a trace', () => {
  it('is continued from a traceparent, and begun where there is none or a wrong one', () => {
    expect(beginWork('x', 'server', { traceparent: given }).work).toMatchObject({ traceId: 'a'.repeat(32), sampled: true })
    for (const wrong of ['', 'x', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`, `00-${'a'.repeat(31)}-${'b'.repeat(16)}-01`]) {
      const { work } = beginWork('x', 'server', { traceparent: wrong })
      expect(work.traceId).toMatch(/^(?!0+$)[\da-f]{32}$/)
      expect(work.traceId).not.toBe('a'.repeat(32))
      expect(parseTraceparent(traceparentOf(work))).toMatchObject({ traceId: work.traceId, spanId: work.spanId })
    }
  })
  it('is what everything inside sees, and each piece of work has its own span', async () => {
    await inWork('event', 'consumer', { traceparent: given, correlationId: 'c1', organizationId: 'o1' }, async () => {
      const outer = currentContext()
      expect(outer).toMatchObject({ traceId: 'a'.repeat(32), correlationId: 'c1', organizationId: 'o1' })
      await inWork('call', 'client', {}, async () => {
        expect(currentContext()).toMatchObject({ traceId: 'a'.repeat(32), correlationId: 'c1' })
        expect(currentContext()?.spanId).not.toBe(outer?.spanId)
      })
    })
  })
  it('takes no correlation id that could break a log or a header', () => {
    expect(beginWork('x', 'server', { traceparent: given, correlationId: 'a\nb' }).work.correlationId).toBe('a'.repeat(32))
  })
  it('arrives at a collector, below the path that it has, with parents joined', async () => {
    const bodies: string[] = []
    const paths = new Set<string | undefined>()
    const collector = createServer((request, response) => {
      paths.add(request.url)
      let text = ''
      request.setEncoding('utf8').on('data', (chunk: string) => { text += chunk }).on('end', () => {
        bodies.push(text)
        response.setHeader('content-type', 'application/json').end('{}')
      })
    })
    await new Promise<void>(done => { collector.listen(0, '127.0.0.1', done) })
    const address = collector.address()
    const spans = otlpSpans({ endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/otlp/`, service: 'task', instanceId: 'i1' })
    recordSpans(spans)
    await inWork('outer', 'server', { traceparent: given }, () => inWork('inner', 'client', {}, async () => {}))
    await inWork('failing', 'internal', {}, async () => { throw new Error('x') }).catch(() => {})
    await spans.stop()
    collector.close()
    const Span = z.object({ name: z.string(), traceId: z.string(), spanId: z.string(), parentSpanId: z.string().optional(), status: z.object({ code: z.number().optional() }) })
    const Sent = z.object({ resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(Span) })) })) })
    const sent = bodies.flatMap(body => Sent.parse(JSON.parse(body)).resourceSpans.flatMap(r => r.scopeSpans.flatMap(s => s.spans)))
    expect([...paths]).toEqual(['/otlp/v1/traces'])
    const named = (name: string) => sent.find(span => span.name === name)
    expect(named('outer')).toMatchObject({ traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) })
    expect(named('inner')).toMatchObject({ traceId: 'a'.repeat(32), parentSpanId: named('outer')?.spanId })
    expect(named('failing')).toMatchObject({ status: { code: 2 } })
  })
})
