import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AlwaysOnSampler, BasicTracerProvider, BatchSpanProcessor, ParentBasedSampler } from '@opentelemetry/sdk-trace-base'
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions'
import { kindNumber, type Spans } from './trace.ts'

/** Sends spans to an OpenTelemetry collector over HTTP. Imported only where an endpoint is set, since it costs memory. */
export const otlpSpans = ({ endpoint, service, instanceId }: { endpoint: string; service: string; instanceId: string }): Spans => {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces`, timeoutMillis: 5_000 })
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: service, 'service.namespace': 'cybertask', 'service.instance.id': instanceId }),
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 1_000 })],
  })
  const tracer = provider.getTracer('cybertask')
  return {
    start: (name, kind, parent) => {
      const context = parent
        ? trace.setSpanContext(ROOT_CONTEXT, { traceId: parent.traceId, spanId: parent.spanId, traceFlags: parent.sampled ? 1 : 0, isRemote: true })
        : ROOT_CONTEXT
      return tracer.startSpan(name, { kind: kindNumber[kind] }, context)
    },
    stop: () => provider.shutdown(),
  }
}
