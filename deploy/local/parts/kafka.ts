import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../files.ts'
import type { PartSpec } from '../part.ts'
import { tcpProbe } from '../probe.ts'
import { plainEnv, type Context } from './context.ts'

/** A one-node Kafka in KRaft mode from jars, when events go through Kafka and no broker was named. */
export const kafkaParts = ({ home, found: { kafka }, ports, events, env }: Context): PartSpec[] => {
  if (events !== 'kafka' || kafka?.kind !== 'jars' || env['KAFKA_BROKERS']) return []
  const data = join(home, 'data/kafka')
  const file = join(home, 'kafka.properties')
  const { java, jars } = kafka
  const classpath = ['-cp', join(jars, '*'), '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn']
  return [{
    name: 'kafka', title: 'Kafka', group: 'store', command: [java, '-Xms128m', '-Xmx512m', ...classpath, 'kafka.Kafka', file], cwd: home, env: plainEnv(env),
    ports: [ports.kafka, ports.kafkaController], ready: tcpProbe(ports.kafka), stopWithinMs: 15_000,
    before: async () => {
      mkdirSync(data, { recursive: true })
      writeWhole(file, [
        'process.roles=broker,controller', 'node.id=1', `controller.quorum.voters=1@127.0.0.1:${ports.kafkaController}`,
        `listeners=PLAINTEXT://127.0.0.1:${ports.kafka},CONTROLLER://127.0.0.1:${ports.kafkaController}`,
        `advertised.listeners=PLAINTEXT://127.0.0.1:${ports.kafka}`,
        'controller.listener.names=CONTROLLER', 'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
        `log.dirs=${propertyValue(data)}`, 'num.partitions=4', 'auto.create.topics.enable=true',
        'offsets.topic.replication.factor=1', 'offsets.topic.num.partitions=4',
        'transaction.state.log.replication.factor=1', 'transaction.state.log.min.isr=1',
        'group.initial.rebalance.delay.ms=0', 'log.retention.hours=168', 'log.segment.bytes=67108864', '',
      ].join('\n'))
      if (!existsSync(join(data, 'meta.properties'))) {
        const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId(randomBytes(16)), '-c', file]
        execFileSync(java, [...classpath, ...format], { stdio: ['ignore', 'ignore', 'pipe'] })
      }
    },
  }]
}

/** A value in a .properties file, which Java reads as Latin-1 and where a backslash escapes. */
export const propertyValue = (text: string): string => text
  .replaceAll('\\', String.raw`\\`)
  .replace(/[^\x20-\x7e]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** As Kafka writes ids, and like its own never with a dash in front: its tools would take that for an option. */
export const clusterId = (bytes: Buffer): string => bytes.toString('base64url').replace(/^-/, 'A')
