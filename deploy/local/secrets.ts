import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
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
export const readSecrets = (home: string): Readonly<Record<string, string>> => Secrets.catch({}).parse(readJson(fileOf(home)))

const fileOf = (home: string): string => join(home, 'secrets.json')
// To take a slip of the pen for no secrets would make new keys, and personal data could be read no more.
const keptIn = (file: string): Readonly<Record<string, string>> => {
  if (!existsSync(file)) return {}
  try { return Secrets.parse(JSON.parse(readFileSync(file, 'utf8'))) } catch (error) {
    const why = error instanceof z.ZodError ? error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') : 'it is no JSON'
    throw new Error(`${file} cannot be read (${why}): mend it, each secret is a text. It holds the keys of the data, so it is not made anew.`)
  }
}

/** Where the local document store is. */
export const documentsUrl = (at: Ports): string => `mongodb://127.0.0.1:${at.documents}/?directConnection=true`
/** Where the mail catcher takes mails. */
export const catcherUrl = (at: Ports): string => `smtp://127.0.0.1:${at.smtp}`

/**
 * The file of the secret store. Passwords and keys are made once and kept, like all that somebody wrote into it; addresses of local parts
 * are written anew at each start.
 */
export const makeSecrets = (home: string, at: Ports, env: NodeJS.ProcessEnv): Readonly<Record<string, string>> => {
  const file = fileOf(home)
  const kept = keptIn(file)
  const queuePassword = kept['queue-password'] ?? random()
  const secrets = {
    ...kept,
    'token-key': env['TOKEN_KEY'] || (kept['token-key'] ?? randomBytes(32).toString('base64')),
    'broker-password': kept['broker-password'] ?? random(),
    'state-password': kept['state-password'] ?? random(),
    'queue-password': queuePassword,
    'mongodb-uri': env['MONGODB_URI'] || documentsUrl(at),
    'queue-redis-url': env['QUEUE_REDIS_URL'] || `redis://queue:${queuePassword}@127.0.0.1:${at.state}/1`,
    'smtp-url': env['SMTP_URL'] || catcherUrl(at),
  }
  writeSecret(file, JSON.stringify(secrets, null, 2))
  return secrets
}

/** The API tokens of each app: `dapr` is what the app shows its sidecar, `app` what the sidecar shows the app. */
export const makeTokens = (home: string): Tokens => {
  const file = join(home, 'tokens.json')
  const kept = Tokens.catch({}).parse(readJson(file))
  const of = (app: AppId): Tokens[AppId] => kept[app] ?? { dapr: random(), app: random() }
  const tokens = {
    gateway: of('gateway'), user: of('user'), task: of('task'), project: of('project'),
    notification: of('notification'), analytics: of('analytics'), ai: of('ai'),
  }
  writeSecret(file, JSON.stringify(tokens, null, 2))
  return tokens
}
