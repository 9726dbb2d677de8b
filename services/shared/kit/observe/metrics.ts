import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { version } from '../version.ts'

/** The numbers of one process, as `/metrics` shows them. */
export type Metrics = {
  registry: Registry
  request(operation: string, method: string, status: number, seconds: number): void
  /** A number that is asked for when somebody looks. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** The metrics of a process, labelled with its service: those of Node, the version that runs, and how long requests take (seconds). */
export const createMetrics = (service: string): Metrics => {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  // Ten times a second is enough to see a loop that stands still, and lets an idle process sleep.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 })
  new Gauge({ name: 'app_info', help: 'What runs here', labelNames: ['version'], registers: [registry] }).set({ version }, 1)
  const requests = new Histogram({
    name: 'http_request_duration_seconds', help: 'Time to answer, by operation', labelNames: ['operation', 'method', 'status'],
    buckets, registers: [registry],
  })
  return {
    registry,
    request: (operation, method, status, seconds) => { requests.observe({ operation, method, status }, seconds) },
    gauge: (name, help, read) => { new Gauge({ name, help, registers: [registry], async collect() { this.set(await read()) } }) },
  }
}
