import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { appIds, type AppId } from '../../services/shared/contracts/define.ts'
import type { Ports } from './ports.ts'
import { writeSecret } from './files.ts'

const Secrets = z.record(z.string(), z.string())
const Tokens = z.partialRecord(z.enum(appIds), z.object({ dapr: z.string(), app: z.string() }))
export type Tokens = Readonly<Record<AppId, { dapr: string; app: string }>>

const random = (): string => randomBytes(32).toString('base64url')
const readJson = (file: string): unknown => { try { return JSON.parse(readFileSync(file, 'utf8')) } catch { return {} } }

/** The secrets of a state folder as they stand. */
export const readSecrets = (home: string): Readonly<Record<string, string>> => Secrets.catch({}).parse(readJson(join(home, 'secrets.json')))

/** The file of the secret store: passwords and keys are made once and kept, addresses are written anew at each start. */
export const makeSecrets = (home: string, at: Ports, env: NodeJS.ProcessEnv): Readonly<Record<string, string>> => {
  const file = join(home, 'secrets.json')
  const kept = readSecrets(home)
  const queuePassword = kept['queue-password'] ?? random()
  const secrets: Record<string, string> = {
    'token-key': env['TOKEN_KEY'] ?? kept['token-key'] ?? randomBytes(32).toString('base64'),
    'broker-password': kept['broker-password'] ?? random(),
    'state-password': kept['state-password'] ?? random(),
    'queue-password': queuePassword,
    'mongodb-uri': env['MONGODB_URI'] ?? `mongodb://127.0.0.1:${at.documents}/?directConnection=true`,
    'queue-redis-url': env['QUEUE_REDIS_URL'] ?? `redis://queue:${queuePassword}@127.0.0.1:${at.state}/1`,
    'smtp-url': env['SMTP_URL'] ?? `smtp://127.0.0.1:${at.smtp}`,
  }
  for (const name of ['clickhouse-url', 'anthropic-api-key', 'anthropic-base-url', 'oauth-providers'] as const) {
    const value = env[name.replaceAll('-', '_').toUpperCase()]
    if (value) secrets[name] = value
  }
  writeSecret(file, JSON.stringify(secrets, null, 2))
  return secrets
}

/** The API tokens of each app: `dapr` is what the app shows its sidecar, `app` what the sidecar shows the app. */
export const makeTokens = (home: string): Tokens => {
  const file = join(home, 'tokens.json')
  const kept = Tokens.catch({}).parse(readJson(file))
  const of = (app: AppId): Tokens[AppId] => kept[app] ?? { dapr: random(), app: random() }
  const tokens = { gateway: of('gateway'), user: of('user'), task: of('task'), project: of('project'), notification: of('notification'), analytics: of('analytics'), ai: of('ai') }
  writeSecret(file, JSON.stringify(tokens, null, 2))
  return tokens
}
