import type { Dependency, DownReason, Health } from '../../../contracts/operations.ts'
import { healthApi } from '../../../contracts/operations.ts'
import type { Breaker } from '../../breaker.ts'
import { downLog } from '../../observe/down-log.ts'
import type { Logger } from '../../observe/log.ts'
import type { Gate } from './gate.ts'
import { serve, type Routes } from '../serve.ts'
import { within } from '../../waiting.ts'

export type Check = () => Promise<unknown>
export type HealthOptions = {
  service: string
  instanceId: string
  gate: Pick<Gate, 'state'>
  /** May be filled while the service starts. */
  checks: Map<string, Check>
  optional: Set<string>
  breakers: Map<string, Breaker>
  logger: Pick<Logger, 'warn'>
  timeoutMs?: number
}

const reuseMs = 1_000

/** `/health/live`, `/health/ready` and `/health/dependencies`. Looks are shared for a second, so that asking often costs nothing. */
export const healthRoutes = ({ service, instanceId, gate, checks, optional, breakers, logger, timeoutMs = 2_000 }: HealthOptions): Routes => {
  const tell = downLog(logger, 'a dependency is down')
  const started = performance.now()
  let looked: { at: number; result: Promise<Dependency[]> } | undefined
  // Nothing is looked at there, so there is no time to tell.
  const circuitsAlone = (): Dependency[] => [...breakers].filter(([name]) => !checks.has(name))
    .map(([name, breaker]) => ({ name, state: stateOf(breaker), essential: false, latencyMs: null }))
  const lookAll = (): Promise<Dependency[]> => {
    if (!looked || performance.now() - looked.at > reuseMs) {
      looked = {
        at: performance.now(),
        result: Promise.all([...checks].map(([name, check]) =>
          look({ name, check, essential: !optional.has(name), timeoutMs, breaker: breakers.get(name), tell }))).then(seen => [...seen, ...circuitsAlone()]),
      }
    }
    return looked.result
  }
  const about = (state: Health['state']): Health => ({ service, state, instanceId, uptimeSeconds: Math.round((performance.now() - started) / 1000) })
  const overall = (dependencies: readonly Dependency[]): Health['state'] => {
    if (gate.state !== 'ready') return gate.state
    return dependencies.some(d => d.essential && d.state !== 'up') ? 'degraded' : 'ready'
  }
  return serve(healthApi, {
    live: async () => ({ body: about('live') }),
    ready: async () => {
      const state = overall(gate.state === 'ready' ? await lookAll() : [])
      return { status: state === 'ready' ? 200 : 503, body: about(state) }
    },
    dependencies: async () => {
      const dependencies = await lookAll()
      return { body: { ...about(overall(dependencies)), dependencies } }
    },
  })
}

type Look = { name: string; check: Check; essential: boolean; timeoutMs: number; breaker: Breaker | undefined; tell: ReturnType<typeof downLog> }
const look = async ({ name, check, essential, timeoutMs, breaker, tell }: Look): Promise<Dependency> => {
  const started = performance.now()
  const late = new Error(`no answer in ${timeoutMs} ms`)
  const down = (reason: DownReason, error?: unknown): Dependency => {
    tell(name, reason, error)
    return { name, state: 'down', essential, latencyMs: null, error: reason }
  }
  try {
    if (await within(check(), timeoutMs, () => late) === false) return down('unhealthy')
  } catch (error) {
    return down(error === late ? 'timeout' : 'failed', error)
  }
  tell(name, undefined)
  return { name, state: stateOf(breaker), essential, latencyMs: Math.round((performance.now() - started) * 10) / 10 }
}

const stateOf = (breaker: Breaker | undefined): Dependency['state'] => {
  const circuit = breaker?.state() ?? 'closed'
  return circuit === 'closed' ? 'up' : circuit
}
