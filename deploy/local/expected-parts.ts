import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { mongoProbe, smtpProbe } from './driver-probes.ts'
import type { Found } from './found.ts'
import type { Neighbours } from './neighbours.ts'
import { postgresProbe } from './parts/postgres.ts'
import { portsAt, type Ports } from './ports.ts'
import { hostsOf } from './prepare/mongodb-uri.mjs'
import { httpProbe, kafkaProbe, redisProbe, type Probe } from './probe.ts'
import { documentsUrl } from './secrets.ts'
import { readTopology } from './topology.ts'

/** A part that a stack needs: `there` when its program is on the disk, `elsewhere` when somebody else runs it. */
export type ExpectedPart = { name: string; found: string; there: boolean; elsewhere: boolean; probe: Probe }
type Asked = { root: string; home: string; found: Found; offset: number; events: string; secrets: Readonly<Record<string, string>>; neighbours: Neighbours }

const part = (name: string, what: string, programs: readonly string[], probe: Probe): ExpectedPart => {
  const gone = programs.find(program => !existsSync(program))
  return { name, found: gone === undefined ? what : `gone: ${gone}`, there: gone === undefined, elsewhere: false, probe }
}
const neighbour = (name: string, found: string, probe: Probe): ExpectedPart => ({ name, found, there: true, elsewhere: true, probe })
const unprepared = (name: string): ExpectedPart => ({ name, found: 'not prepared', there: false, elsewhere: false, probe: async () => false })
const placeOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : '?')

const version = (program: string): string => {
  try {
    const said = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return /\d+(\.\d+)+/.exec(said)?.[0] ?? ''
  } catch { return '' }
}

const documentParts = ({ home, found: { documents }, neighbours: { documents: uri } }: Asked, ports: Ports): ExpectedPart[] => {
  if (uri !== undefined) return [neighbour('documents', `MongoDB at ${hostsOf(uri)?.join(', ') ?? '?'}`, mongoProbe(uri))]
  const probe = mongoProbe(documentsUrl(ports))
  switch (documents.kind) {
    case 'uri': return [unprepared('documents')]
    case 'mongod': return [part('documents', `mongod ${version(documents.program)}`, [documents.program], probe)]
    case 'ferretdb': {
      const postgres = join(documents.postgres, 'postgres')
      return [
        part('postgres', `PostgreSQL ${version(postgres)}`, [postgres], postgresProbe(home, documents.postgres)),
        part('documents', 'FerretDB 1.24.0', [documents.program], probe),
      ]
    }
  }
}
const brokerParts = ({ found: { redis, kafka }, events, secrets, neighbours: { brokers } }: Asked, ports: Ports): ExpectedPart[] => {
  if (events === 'redis') return [part('broker', `Redis ${redis.version}`, [redis.program], redisProbe(ports.broker, secrets['broker-password'] ?? ''))]
  // What stands behind another component set, only its sidecars know.
  if (events !== 'kafka') return []
  if (brokers !== undefined) return [neighbour('kafka', `Kafka at ${brokers}`, kafkaProbe(brokers))]
  return [kafka?.kind === 'jars' ? part('kafka', 'Kafka 4.1.0', [kafka.java, kafka.jars], kafkaProbe(`127.0.0.1:${ports.kafka}`)) : unprepared('kafka')]
}

/** The parts that a stack with these settings and secrets is made of, its own and its neighbours. */
export const expectedParts = (asked: Asked): ExpectedPart[] => {
  const { root, found, offset, secrets, neighbours: { clickhouse, mail } } = asked
  const ports = portsAt(offset)
  const dapr = (name: string, program: string, url: string): ExpectedPart =>
    part(name, `Dapr ${found.dapr.version}`, [join(found.dapr.folder, program)], httpProbe(url))
  return [
    ...brokerParts(asked, ports),
    part('state', `Redis ${found.redis.version}`, [found.redis.program], redisProbe(ports.state, secrets['state-password'] ?? '')),
    ...documentParts(asked, ports),
    ...(clickhouse === undefined ? [] : [neighbour('clickhouse', `ClickHouse at ${placeOf(clickhouse)}`, httpProbe(`${clickhouse}/ping`))]),
    mail === undefined
      ? part('mail', 'maildev', [join(root, 'node_modules/maildev')], httpProbe(`http://127.0.0.1:${ports.mail}/`))
      : neighbour('mail', `mail server at ${placeOf(mail)}`, smtpProbe(mail)),
    dapr('sentry', 'sentry', `http://127.0.0.1:${ports.sentryHealth}/healthz`),
    dapr('placement', 'placement', `http://127.0.0.1:${ports.placementHealth}/healthz`),
    dapr('scheduler', 'scheduler', `http://127.0.0.1:${ports.schedulerHealth}/healthz`),
    ...readTopology(root, { offset }).apps.flatMap(app => [
      dapr(`${app.name}-sidecar`, 'daprd', `http://127.0.0.1:${app.daprHttp}/v1.0/healthz`),
      part(app.name, `Node ${process.versions.node}`, [], httpProbe(`http://127.0.0.1:${app.port}/health/ready`)),
    ]),
  ]
}
