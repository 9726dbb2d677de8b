import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { spansOf, type Span } from './otlp-protobuf.ts'

export type Collector = { endpoint: string; spans: readonly Span[]; stop(): Promise<void> }

// Services send JSON, sidecars protobuf.
const Value = z.object({ key: z.string(), value: z.object({ stringValue: z.string().optional() }).loose() })
const Request = z.object({
  resourceSpans: z.array(z.object({
    resource: z.object({ attributes: z.array(Value) }),
    scopeSpans: z.array(z.object({ spans: z.array(z.object({ traceId: z.string(), spanId: z.string(), parentSpanId: z.string().optional(), name: z.string() })) })),
  })),
})
const fromJson = (text: string): Span[] => Request.parse(JSON.parse(text)).resourceSpans.flatMap(({ resource, scopeSpans }) => {
  const service = resource.attributes.find(a => a.key === 'service.name')?.value.stringValue ?? ''
  return scopeSpans.flatMap(scope => scope.spans.map(({ traceId, spanId, parentSpanId = '', name }) => ({ service, traceId, spanId, parentSpanId, name })))
})

/** An OpenTelemetry collector (OTLP over HTTP) that keeps what it gets. */
export const collector = async (): Promise<Collector> => {
  const spans: Span[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => { chunks.push(chunk) }).on('end', () => {
      const json = request.headers['content-type']?.startsWith('application/json')
      spans.push(...(json ? fromJson(Buffer.concat(chunks).toString()) : spansOf(Buffer.concat(chunks))))
      response.writeHead(200, { 'content-type': json ? 'application/json' : 'application/x-protobuf' }).end(json ? '{}' : undefined)
    })
  })
  await new Promise<void>(done => { server.listen(0, '127.0.0.1', done) })
  const { port } = server.address() as AddressInfo
  return { endpoint: `http://127.0.0.1:${port}`, spans, stop: () => new Promise(done => { server.close(() => { done() }); server.closeAllConnections() }) }
}
