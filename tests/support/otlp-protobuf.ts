/** A span as a trace shows it; `service` is the name of who recorded it. */
export type Span = { service: string; traceId: string; spanId: string; parentSpanId: string; name: string }
type Field = { number: number; bytes: Buffer }

/** The length-delimited fields of a protobuf message; numbers and fixed ones are passed over. */
const fieldsOf = (message: Buffer): Field[] => {
  const fields: Field[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 1; ; shift *= 128) {
      const byte = message[at++] ?? 0
      value += (byte & 127) * shift
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const tag = varint()
    const [number, kind] = [Math.floor(tag / 8), tag % 8]
    if (kind === 0) varint()
    else if (kind === 1) at += 8
    else if (kind === 5) at += 4
    else {
      const length = varint()
      fields.push({ number, bytes: message.subarray(at, at + length) })
      at += length
    }
  }
  return fields
}
const all = (message: Buffer, number: number): Buffer[] => fieldsOf(message).filter(field => field.number === number).map(field => field.bytes)
const one = (message: Buffer, number: number): Buffer => all(message, number)[0] ?? Buffer.alloc(0)

/** The spans of an ExportTraceServiceRequest (opentelemetry-proto, trace/v1), as far as a test looks at them. */
export const spansOf = (request: Buffer): Span[] => all(request, 1).flatMap(resourceSpans => {
  const attributes = all(one(resourceSpans, 1), 1).map(attribute => [one(attribute, 1).toString(), one(one(attribute, 2), 1).toString()] as const)
  const service = new Map(attributes).get('service.name') ?? ''
  return all(resourceSpans, 2).flatMap(scopeSpans => all(scopeSpans, 2)).map(span => ({
    service, traceId: one(span, 1).toString('hex'), spanId: one(span, 2).toString('hex'), parentSpanId: one(span, 4).toString('hex'), name: one(span, 5).toString(),
  }))
})
