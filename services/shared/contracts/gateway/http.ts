import { z } from 'zod'
import { appIds, operation, serviceIds } from '../define.ts'
import { deadLetterErrors as errors, DeadLetterId, DeadLetterOutcome, DeadLetterState, DeadLetterView } from '../dead-letters.ts'
import { Dependency, DownReason } from '../operations.ts'
import { paging, Time } from '../primitives.ts'

const Service = z.enum(serviceIds)

/** One service as the gateway sees it. Numbers are null where a service has no such thing or did not say. */
export const ServiceStatus = z.object({
  service: z.enum(appIds), state: z.enum(['ready', 'degraded', 'starting', 'stopping', 'live', 'down']),
  version: z.string().nullable(), instanceId: z.string().nullable(),
  uptimeSeconds: z.number().nullable(), sidecar: z.enum(['up', 'down', 'unknown']), dependencies: z.array(Dependency),
  relayLag: z.number().nullable(), consumerLag: z.number().nullable(), deadLetters: z.number().nullable(), error: DownReason.optional(),
}).meta({ id: 'ServiceStatus' })
export type ServiceStatus = z.infer<typeof ServiceStatus>
export const PlatformStatus = z.object({
  state: z.enum(['ok', 'degraded']), at: Time, version: z.string(), sockets: z.number().int(), services: z.array(ServiceStatus),
}).meta({ id: 'PlatformStatus' })
export type PlatformStatus = z.infer<typeof PlatformStatus>

const letter = DeadLetterView.extend({ service: Service })
const one = z.object({ service: Service, id: DeadLetterId })

/** What the gateway answers itself; everything else it passes on. */
export const gatewayApi = {
  status: operation({
    method: 'GET', path: '/status', summary: 'Every service with its dependencies, sidecar, relay lag and dead letters; a page for browsers',
    access: 'public', status: 200, reply: PlatformStatus,
  }),
  listDeadLetters: operation({
    method: 'GET', path: '/api/operations/dead-letters', summary: 'Events of the organization that a service could not handle (owner, admin)',
    access: 'user', status: 200,
    query: z.object({ service: Service.optional(), state: DeadLetterState.default('waiting'), ...paging }),
    reply: z.object({ items: z.array(letter), nextCursor: z.string().nullable(), unreachable: z.array(Service) }),
  }),
  showDeadLetter: operation({
    method: 'GET', path: '/api/operations/dead-letters/:service/:id', summary: 'One of them, with its event (owner, admin)', access: 'user', status: 200,
    params: one, reply: letter.extend({ event: z.unknown() }), errors,
  }),
  replayDeadLetter: operation({
    method: 'POST', path: '/api/operations/dead-letters/:service/:id/replay', summary: 'Handle it again, and those parked behind it (owner, admin)',
    access: 'user', status: 200, also: 202, params: one, reply: DeadLetterOutcome, errors,
  }),
  skipDeadLetter: operation({
    method: 'POST', path: '/api/operations/dead-letters/:service/:id/skip', summary: 'Give it up, and let those behind it go on (owner, admin)',
    access: 'user', status: 200, also: 202, params: one, reply: DeadLetterOutcome, errors,
  }),
} as const
