import { baseSpec, type BaseConfig } from './base-config.ts'
import { ConfigError, loadConfig, settledBy, type Spec } from './config.ts'
import { connectDapr } from './dapr/connect.ts'
import { within } from './waiting.ts'

type Env = Readonly<Record<string, string | undefined>>
const noSecrets = { secret: async () => undefined }

/**
 * What every process is told by its environment, once nothing is wrong with the variables of `spec` either.
 * Throws a `ConfigError` of all mistakes in both; with those in the secrets when the sidecar hands them over within `sidecarMs`,
 * else with a note that they were not looked at.
 */
export const earlyConfig = async (spec: Spec, env: Env, { sidecarMs = 2_000 } = {}): Promise<BaseConfig> => {
  const known = settledBy(env, spec)
  const [base, own] = await Promise.allSettled([loadConfig(baseSpec, env, noSecrets), loadConfig(known, env, noSecrets)])
  if (base.status === 'fulfilled' && own.status === 'fulfilled') return base.value
  const kept = Object.fromEntries(Object.entries(spec).filter(([field]) => !(field in known)))
  const inSecrets = base.status === 'fulfilled' ? await mistakesInSecrets(kept, env, base.value, sidecarMs) : undefined
  const mistakes = [base, own].flatMap(result => (result.status === 'fulfilled' ? [] : mistakesOf(result.reason)))
  throw new ConfigError([...mistakes, ...inSecrets ?? []], { note: inSecrets || Object.keys(kept).length === 0 ? '' : notLookedAt(kept) })
}

/** Undefined when the sidecar does not answer in time. */
const mistakesInSecrets = async (
  kept: Spec, env: Env, { daprHttpPort: port, daprApiToken: apiToken }: BaseConfig, ms: number,
): Promise<readonly string[] | undefined> => {
  const dapr = connectDapr({ port, apiToken, waitMs: ms })
  try {
    await within(loadConfig(kept, env, dapr), ms, () => new ConfigError([], { temporary: true }))
    return []
  } catch (error) {
    return error instanceof ConfigError && error.temporary ? undefined : mistakesOf(error)
  } finally {
    await dapr.close()
  }
}

const mistakesOf = (error: unknown): readonly string[] => {
  if (error instanceof ConfigError) return error.mistakes
  throw error
}

const notLookedAt = (kept: Spec): string => {
  const names = Object.values(kept).flatMap(given => ('schema' in given ? given.secret ?? [] : []))
  return `The sidecar could not be asked, so these secrets were not looked at: ${names.join(', ')}.`
}
