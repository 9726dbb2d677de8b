import type { PlatformStatus, ServiceStatus } from '../../shared/contracts/gateway/http.ts'
import { HealthAnswer, type DownReason, type Health } from '../../shared/contracts/operations.ts'
import type { AppId, ServiceId } from '../../shared/contracts/define.ts'
import type { Clock } from '../../shared/kit/clock.ts'
import type { Dapr } from '../../shared/kit/dapr/dapr.ts'
import { DaprError } from '../../shared/kit/dapr/dapr-error.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { downLog } from '../../shared/kit/observe/down-log.ts'
import type { Logger } from '../../shared/kit/observe/log.ts'
import { numbersOf } from './numbers.ts'

export type CollectOptions = {
  dapr: Pick<Dapr, 'invoke'>
  clock: Clock
  logger: Pick<Logger, 'warn'>
  version: string
  services: readonly ServiceId[]
  own: () => Promise<{ health: Health; metrics: string; sockets: number }>
  reuseMs?: number
}

/** Looks at every service at once, through its sidecar; a service that does not answer in time is down. Looks are shared for two seconds. */
export const statusCollector = ({ dapr, clock, logger, version, services, own, reuseMs = 2_000 }: CollectOptions): (() => Promise<PlatformStatus>) => {
  const tell = downLog(logger, 'a service is down')
  const text = async (service: ServiceId, path: string): Promise<unknown> => {
    const answer = await dapr.invoke(service, 'GET', path, { timeoutMs: 3_000 })
    if (answer.status >= 400 && answer.status !== 503) throw new Error(`answered ${answer.status}`)
    return answer.body
  }
  const look = async (service: ServiceId): Promise<ServiceStatus> => {
    try {
      const [health, metrics] = await Promise.all([text(service, '/health/dependencies'), text(service, '/metrics').catch(() => '')])
      const status = statusOf(service, HealthAnswer.parse(health), typeof metrics === 'string' ? metrics : '')
      tell(service, undefined)
      return status
    } catch (error) {
      const reason = reasonOf(error)
      if (!isOpenCircuit(error)) tell(service, reason, error)
      return { ...nothingKnown, dependencies: [], service, state: 'down', error: reason }
    }
  }
  const lookAll = async (): Promise<PlatformStatus> => {
    const [{ health, metrics, sockets }, ...others] = await Promise.all([own(), ...services.map(look)])
    const all = [statusOf('gateway', health, metrics), ...others]
    return { state: all.every(s => s.state === 'ready' && !s.deadLetters) ? 'ok' : 'degraded', at: clock.now(), version, sockets, services: all }
  }
  let looked: { at: number; result: Promise<PlatformStatus> } | undefined
  return () => {
    if (!looked || clock.monotonic() - looked.at > reuseMs) looked = { at: clock.monotonic(), result: lookAll() }
    return looked.result
  }
}

// It says nothing new: what opened it was told before.
const isOpenCircuit = (error: unknown): boolean => error instanceof Refused && !(error instanceof DaprError)

const reasonOf = (error: unknown): DownReason => {
  if (isOpenCircuit(error)) return 'unreachable'
  if (!(error instanceof DaprError) || error.reason === 'rejected') return 'failed'
  return error.reason === 'timeout' ? 'timeout' : 'unreachable'
}

const nothingKnown = { version: null, instanceId: null, uptimeSeconds: null, sidecar: 'unknown', relayLag: null, consumerLag: null, deadLetters: null } as const

const sidecarIn = (dependencies: NonNullable<Health['dependencies']>): ServiceStatus['sidecar'] => {
  const sidecar = dependencies.find(d => d.name === 'dapr')
  if (!sidecar) return 'unknown'
  return sidecar.state === 'up' ? 'up' : 'down'
}

const statusOf = (service: AppId, { state, instanceId, uptimeSeconds, dependencies = [] }: Health, metrics: string): ServiceStatus => {
  const numbers = numbersOf(metrics)
  return {
    service, state, instanceId, uptimeSeconds, dependencies, version: numbers.version ?? null, sidecar: sidecarIn(dependencies),
    relayLag: numbers.values.get('event_log_lag') ?? null, consumerLag: numbers.values.get('consumer_lag') ?? null,
    deadLetters: numbers.values.get('consumer_parked') ?? null,
  }
}
