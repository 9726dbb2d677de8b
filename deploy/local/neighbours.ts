import type { Lock } from './lock.ts'
import { portsAt } from './ports.ts'
import { catcherUrl, documentsUrl } from './secrets.ts'

/** What a stack stands on and does not run: somebody else's document store, brokers, ClickHouse and mail server. Undefined where it has its own. */
export type Neighbours = { documents?: string | undefined; brokers?: string | undefined; clickhouse?: string | undefined; mail?: string | undefined }
type Secrets = Readonly<Record<string, string>>

// Without name and password: the lock of a stack can be read by everybody.
const originOf = (url: string | undefined): string | undefined => url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined

/** What may be shown of an address: neither its name nor its password. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : '?')

/** Those that a start with this environment would have. */
export const neighboursFrom = (env: NodeJS.ProcessEnv, secrets: Secrets): Neighbours => ({
  documents: env['MONGODB_URI'] || undefined,
  brokers: env['KAFKA_BROKERS'] || undefined,
  clickhouse: originOf(env['CLICKHOUSE_URL'] || secrets['clickhouse-url']),
  mail: env['SMTP_URL'] || undefined,
})

/** Those that the stack which holds the lock has, whatever the environment of the shell that asks. */
export const neighboursOf = ({ offset, brokers, clickhouse }: Lock, secrets: Secrets): Neighbours => {
  const unless = (own: string, url: string | undefined): string | undefined => (url === own ? undefined : url)
  const ports = portsAt(offset)
  return { brokers, clickhouse, documents: unless(documentsUrl(ports), secrets['mongodb-uri']), mail: unless(catcherUrl(ports), secrets['smtp-url']) }
}
