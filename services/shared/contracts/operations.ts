import { z } from 'zod'
import { operation } from './define.ts'

/**
 * Why something is down, as far as it concerns everybody: no answer in time, nobody there, it says itself that it is not well, or anything else.
 * What exactly was said (hosts, ports, the words of a store) is in the log of who asked.
 */
export const DownReason = z.enum(['timeout', 'unreachable', 'unhealthy', 'failed'])
export type DownReason = z.infer<typeof DownReason>

/** One thing a service depends on, as it last answered. */
export const Dependency = z.object({
  name: z.string(),
  state: z.enum(['up', 'down', 'open', 'half-open']),
  essential: z.boolean(),
  latencyMs: z.number().nullable(),
  error: DownReason.optional(),
}).meta({ id: 'Dependency' })
export type Dependency = z.infer<typeof Dependency>

export const Health = z.object({
  service: z.string(),
  state: z.enum(['live', 'starting', 'ready', 'degraded', 'stopping']),
  instanceId: z.string(),
  uptimeSeconds: z.number(),
  dependencies: z.array(Dependency).optional(),
}).meta({ id: 'Health' })
export type Health = z.infer<typeof Health>
/** The same as a process of another version may say it, with reasons that are none of these. For who reads it: documents promise `Health`. */
export const HealthAnswer = Health.extend({ dependencies: z.array(Dependency.extend({ error: DownReason.catch('failed').optional() })).optional() })

/** What every service answers about itself. */
export const healthApi = {
  live: operation({ method: 'GET', path: '/health/live', summary: 'The process runs', access: 'public', status: 200, reply: Health }),
  ready: operation({ method: 'GET', path: '/health/ready', summary: 'Ready for work: 200, else 503', access: 'public', status: 200, also: 503, reply: Health }),
  dependencies: operation({
    method: 'GET', path: '/health/dependencies', summary: 'Every dependency with its state and latency', access: 'public', status: 200, reply: Health,
  }),
}

/** The documents that every service makes of its contracts. */
export const documentApi = {
  openapi: operation({
    method: 'GET', path: '/openapi.json', summary: 'This document: every operation', access: 'public', status: 200, headers: ['ETag'],
    reply: z.looseObject({ openapi: z.string() }),
  }),
  asyncapi: operation({
    method: 'GET', path: '/asyncapi.json', summary: 'Every event that is published, and the frames of sockets', access: 'public', status: 200,
    headers: ['ETag'],
    reply: z.looseObject({ asyncapi: z.string() }),
  }),
  docs: operation({
    method: 'GET', path: '/docs', summary: 'This document as a page', access: 'public', status: 200, produces: 'text/html', headers: ['ETag'],
  }),
}
