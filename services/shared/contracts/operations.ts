import { z } from 'zod'
import { operation } from './define.ts'

/** One thing a service depends on, as it last answered. */
export const Dependency = z.object({
  name: z.string(),
  state: z.enum(['up', 'down', 'open', 'half-open']),
  essential: z.boolean(),
  latencyMs: z.number().nullable(),
  error: z.string().optional(),
}).meta({ id: 'Dependency' })
export type Dependency = z.infer<typeof Dependency>

export const Health = z.object({ service: z.string(), state: z.enum(['live', 'starting', 'ready', 'degraded', 'stopping']), instanceId: z.string(), uptimeSeconds: z.number(), dependencies: z.array(Dependency).optional() }).meta({ id: 'Health' })
export type Health = z.infer<typeof Health>

/** What every service answers about itself. */
export const healthApi = {
  live: operation({ method: 'GET', path: '/health/live', summary: 'The process runs', access: 'public', status: 200, reply: Health }),
  ready: operation({ method: 'GET', path: '/health/ready', summary: 'Ready for work: 200, else 503', access: 'public', status: 200, reply: Health }),
  dependencies: operation({ method: 'GET', path: '/health/dependencies', summary: 'Every dependency with its state and latency', access: 'public', status: 200, reply: Health }),
}
