import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Found } from './found.ts'
import { portsAt } from './ports.ts'
import { httpProbe, redisProbe, tcpProbe, type Probe } from './probe.ts'
import { catcherUrl } from './secrets.ts'
import { readTopology } from './topology.ts'

export type ExpectedPart = { name: string; found: string; probe: Probe }
type Asked = { root: string; found: Found; offset: number; events: string; secrets: Readonly<Record<string, string>> }

const version = (program: string, args = ['--version']): string => {
  try { return /\d+(\.\d+)+/.exec(execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))?.[0] ?? '' } catch { return '' }
}
const documentVersion = ({ documents }: Found): string => documents.kind === 'mongod' ? `mongod ${version(documents.program)}` : 'FerretDB 1.24.0'

/** The parts that a stack with these settings and secrets is made of: what is somebody else's (a store, a broker, a mail server) is not among them. */
export const expectedParts = ({ root, found, offset, events, secrets }: Asked): ExpectedPart[] => {
  const ports = portsAt(offset)
  const dapr = `Dapr ${found.dapr.version}`
  const part = (name: string, what: string, probe: Probe): ExpectedPart => ({ name, found: what, probe })
  return [
    ...(events === 'redis' ? [part('broker', `Redis ${found.redis.version}`, redisProbe(ports.broker, secrets['broker-password'] ?? ''))] : []),
    part('state', `Redis ${found.redis.version}`, redisProbe(ports.state, secrets['state-password'] ?? '')),
    ...(found.documents.kind === 'ferretdb' ? [part('postgres', `PostgreSQL ${version(join(found.documents.postgres, 'postgres'))}`, async () => true)] : []),
    ...(found.documents.kind === 'uri' ? [] : [part('documents', documentVersion(found), tcpProbe(ports.documents))]),
    ...(events === 'kafka' && found.kafka?.kind === 'jars' ? [part('kafka', 'Kafka 4.1.0', tcpProbe(ports.kafka))] : []),
    // The stack that runs may have another SMTP_URL than the shell that asks.
    ...((secrets['smtp-url'] ?? catcherUrl(ports)) === catcherUrl(ports) ? [part('mail', 'maildev', httpProbe(`http://127.0.0.1:${ports.mail}/`))] : []),
    part('sentry', dapr, httpProbe(`http://127.0.0.1:${ports.sentryHealth}/healthz`)),
    part('placement', dapr, httpProbe(`http://127.0.0.1:${ports.placementHealth}/healthz`)),
    part('scheduler', dapr, httpProbe(`http://127.0.0.1:${ports.schedulerHealth}/healthz`)),
    ...readTopology(root, { offset }).apps.flatMap(app => [
      part(`${app.name}-sidecar`, dapr, httpProbe(`http://127.0.0.1:${app.daprHttp}/v1.0/healthz`)),
      part(app.name, `Node ${process.versions.node}`, httpProbe(`http://127.0.0.1:${app.port}/health/ready`)),
    ]),
  ]
}
