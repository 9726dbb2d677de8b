import type { z } from 'zod'

/** One setting: an environment variable, or a Dapr secret whose variable of the upper-snake name wins. */
export type Setting<T = unknown> = { schema: z.ZodType<T>; secret?: string; variable?: string }
/** A field is a schema (the variable is the field's name in upper snake case) or a `secret`. */
export type Spec = Readonly<Record<string, z.ZodType | Setting>>
export type ConfigOf<S extends Spec> = { [K in keyof S]: S[K] extends z.ZodType<infer T> ? T : S[K] extends Setting<infer T> ? T : never }

/** A value that comes from the Dapr secret store, for example `secret(z.url(), 'mongodb-uri')`; env MONGODB_URI wins. */
export const secret = <T>(schema: z.ZodType<T>, name: string): Setting<T> => ({ schema, secret: name, variable: upperSnake(name) })

export type SecretReader = { secret(name: string): Promise<string | undefined> }

/** A name in the way of environment variables: `mongodbUri` and `mongodb-uri` are both `MONGODB_URI`. */
export const upperSnake = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll('-', '_').toUpperCase()

const variableOf = (field: string, setting: Pick<Setting, 'variable'>): string => setting.variable ?? upperSnake(field)

/** Every mistake of a configuration, in words; values never appear in it. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[]
  /** Nothing is wrong but that the secret store did not answer: trying again may help. */
  readonly temporary: boolean
  /** `note` is said behind the mistakes. */
  constructor(mistakes: readonly string[], { temporary = false, note = '' } = {}) {
    const lines = [...mistakes.map(m => `  - ${m}`), ...(note ? [note] : [])]
    super(`The configuration has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}:\n${lines.join('\n')}`)
    this.name = 'ConfigError'
    this.mistakes = mistakes
    this.temporary = temporary
  }
}

/** Reads every setting from the environment and the secret store, and reports all mistakes at once. */
export const loadConfig = async <const S extends Spec>(
  spec: S, env: Readonly<Record<string, string | undefined>>, dapr: SecretReader,
): Promise<ConfigOf<S>> => {
  const mistakes: string[] = []
  let unanswered = 0
  const found = await Promise.all(Object.entries(spec).map(async ([field, given]) => {
    const setting: Setting = 'schema' in given ? given : { schema: given }
    const variable = variableOf(field, setting)
    const value = await valueOf(setting, env[variable], dapr).catch((error: unknown) => {
      unanswered += 1
      const why = error instanceof Error ? error.message : 'unknown reason'
      mistakes.push(`${variable}: the secret store could not be read (${why}). Set the variable, or bring up the sidecar.`)
      return unread
    })
    if (value === unread) return [field, undefined] as const
    const parsed = setting.schema.safeParse(value)
    if (!parsed.success) mistakes.push(mistake(variable, setting, value, parsed.error))
    return [field, parsed.data] as const
  }))
  if (mistakes.length) throw new ConfigError(mistakes.toSorted(), { temporary: unanswered === mistakes.length })
  // Each value went through its own schema above; the compiler cannot follow that through `fromEntries`.
  return Object.fromEntries(found) as ConfigOf<S>
}

/** The fields that these variables settle without a secret store, secrets among them; for reporting their mistakes before there is a sidecar. */
export const settledBy = (env: Readonly<Record<string, string | undefined>>, spec: Spec): Spec =>
  Object.fromEntries(Object.entries(spec).filter(([field, given]) =>
    !('schema' in given) || given.secret === undefined || Boolean(env[variableOf(field, given)])))

const unread = Symbol('unread')
const valueOf = async (setting: Setting, fromEnv: string | undefined, dapr: SecretReader): Promise<unknown> => {
  if (fromEnv !== undefined && fromEnv !== '') return fromEnv
  return setting.secret === undefined ? undefined : (await dapr.secret(setting.secret)) || undefined
}

const mistake = (variable: string, setting: Setting, value: unknown, error: z.ZodError): string => {
  const what = error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ')
  const where = setting.secret === undefined ? `Set ${variable}` : `Set ${variable}, or the secret "${setting.secret}" in the secret store`
  return value === undefined ? `${variable} is missing. ${where}.` : `${variable} is wrong (${what}). ${where} to a value that holds.`
}
