import { setTimeout as sleep } from 'node:timers/promises'
import { numbersOf } from '../../../services/gateway/status/numbers.ts'
import { services, type Platform } from './platform.ts'

export type Lag = { service: string; relay: number; consumer: number; parked: number }

/** What each service says is still under way; a service that does not answer counts as lagging. */
export const lagOf = ({ stack }: Platform): Promise<Lag[]> => Promise.all(services.map(async service => {
  try {
    const reply = await fetch(`${stack.urls.service(service)}/metrics`, { signal: AbortSignal.timeout(3_000), headers: { 'dapr-api-token': stack.tokens[service].app } })
    const { values } = numbersOf(await reply.text())
    return { service, relay: values.get('event_log_lag') ?? 0, consumer: values.get('consumer_lag') ?? 0, parked: values.get('consumer_parked') ?? 0 }
  } catch {
    return { service, relay: NaN, consumer: NaN, parked: 0 }
  }
}))

const quiet = (lags: readonly Lag[]): boolean => lags.every(l => l.relay === 0 && l.consumer === 0)
export const lagging = (lags: readonly Lag[]): string[] => lags
  .filter(l => l.relay !== 0 || l.consumer !== 0)
  .map(l => `${l.service}: ${l.relay} commits unpublished, ${l.consumer} events unhandled`)

/** Waits until nothing is under way any more; what is left when the patience ends hangs. */
export const untilQuiet = async (platform: Platform, patienceMs: number): Promise<{ lags: Lag[]; ms: number }> => {
  const began = performance.now()
  for (let still = 0; ;) {
    const lags = await lagOf(platform)
    still = quiet(lags) ? still + 1 : 0
    const ms = performance.now() - began
    if (still >= 3 || ms > patienceMs) return { lags, ms }
    await sleep(500)
  }
}
