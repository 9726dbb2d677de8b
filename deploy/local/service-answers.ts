import { HealthAnswer } from '../../services/shared/contracts/operations.ts'
import type { Probe } from './probe.ts'

// A service gives each of its own checks two seconds.
const asked = (url: string): Promise<Response> => fetch(url, { signal: AbortSignal.timeout(3_000) })

/** A service at this address says that what it depends on answers. */
export const dependencyProbe = (service: string, dependency: string): Probe => async () => {
  try {
    const { dependencies = [] } = HealthAnswer.parse(await (await asked(`${service}/health/dependencies`)).json())
    return dependencies.some(({ name, state }) => name === dependency && state === 'up')
  } catch { return false }
}

/** The version that a service at this address says it is; undefined when it says none. */
export const serviceVersion = (service: string) => async (): Promise<string | undefined> => {
  try { return /^app_info\{[^}]*\bversion="([^"]*)"/m.exec(await (await asked(`${service}/metrics`)).text())?.[1] } catch { return undefined }
}
