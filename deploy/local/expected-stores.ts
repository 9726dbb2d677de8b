import { join } from 'node:path'
import { mongoProbe, mongoVersion } from './driver-probes.ts'
import { neighbour, part, unprepared, type ExpectedPart } from './expected-part.ts'
import type { Found } from './found.ts'
import { hostOf, type Neighbours } from './neighbours.ts'
import { postgresProbe } from './parts/postgres.ts'
import type { Ports } from './ports.ts'
import { hostsOf } from './prepare/mongodb-uri.mjs'
import { httpProbe, kafkaProbe, redisProbe } from './probe.ts'
import { documentsUrl } from './secrets.ts'
import { dependencyProbe } from './service-answers.ts'
import type { AppSpec } from './topology.ts'
import { packageVersion, programVersion } from './versions.ts'

/** What the stores of a stack are told from. */
export type Asked = {
  root: string; home: string; found: Found; ports: Ports; events: string; secrets: Readonly<Record<string, string>>; neighbours: Neighbours
}

/** Where the documents are: a MongoDB elsewhere, a mongod, or FerretDB on PostgreSQL. */
export const expectedDocuments = ({ home, found: { documents }, ports, neighbours: { documents: uri } }: Asked): ExpectedPart[] => {
  if (uri !== undefined) return [{ ...neighbour('documents', `MongoDB at ${hostsOf(uri)?.join(', ') ?? '?'}`, mongoProbe(uri)), tell: mongoVersion(uri) }]
  const probe = mongoProbe(documentsUrl(ports))
  switch (documents.kind) {
    case 'uri': return [unprepared('documents')]
    case 'mongod': return [part('documents', 'mongod', programVersion(documents.program), [documents.program], probe)]
    case 'ferretdb': {
      const postgres = join(documents.postgres, 'postgres')
      return [
        part('postgres', 'PostgreSQL', programVersion(postgres), [postgres], postgresProbe(home, documents.postgres)),
        part('documents', 'FerretDB', documents.version, [documents.program], probe),
      ]
    }
  }
}

/** What events go through. What stands behind a component set of somebody's own, only sidecars know: `asking` is the one that is asked. */
export const expectedBroker = ({ found: { redis, kafka }, ports, events, secrets, neighbours: { brokers } }: Asked, asking: AppSpec): ExpectedPart => {
  if (events === 'redis') return part('broker', 'Redis', redis.version, [redis.program], redisProbe(ports.broker, secrets['broker-password'] ?? ''))
  if (events !== 'kafka') {
    // It answers so when it has reached all components of its set.
    const probe = httpProbe(`http://127.0.0.1:${asking.daprHttp}/v1.0/healthz/outbound`)
    return { ...neighbour('broker', `components/${events}`, probe), through: `${asking.name}-sidecar` }
  }
  if (brokers !== undefined) return neighbour('kafka', `Kafka at ${brokers}`, kafkaProbe(brokers))
  return kafka?.kind === 'jars'
    ? part('kafka', 'Kafka', kafka.version, [kafka.java, kafka.jars], kafkaProbe(`127.0.0.1:${ports.kafka}`))
    : unprepared('kafka')
}

/** ClickHouse: a server elsewhere, or the engine in the process of the analytics service, which says how it is. */
export const expectedClickHouse = ({ root, found, neighbours: { clickhouse } }: Asked, analytics: AppSpec): ExpectedPart => {
  if (clickhouse !== undefined) return neighbour('clickhouse', `ClickHouse at ${hostOf(clickhouse)}`, httpProbe(`${clickhouse}/ping`))
  const version = found.clickhouse?.kind === 'embedded' ? found.clickhouse.version : `chdb ${packageVersion(root, 'chdb')}`
  const probe = dependencyProbe(`http://127.0.0.1:${analytics.port}`, 'clickhouse')
  return { ...part('clickhouse', 'embedded (chdb)', version, [join(root, 'node_modules/chdb')], probe), through: analytics.name }
}
