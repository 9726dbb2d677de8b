import { ClickHouseContainer } from '@testcontainers/clickhouse'
import { MongoDBContainer } from '@testcontainers/mongodb'
import { GenericContainer, getContainerRuntimeClient, RandomPortGenerator, Wait, type StartedTestContainer } from 'testcontainers'
import type { TestProject } from 'vitest/node'

/** A Kafka of one node. Clients come back by the address that it names, so inside and outside it has the same port. */
const startKafka = async (): Promise<{ container: StartedTestContainer; brokers: string }> => {
  const [{ info }, port] = [await getContainerRuntimeClient(), await new RandomPortGenerator().generatePort()]
  const brokers = `${info.containerRuntime.host}:${port}`
  const container = await new GenericContainer('apache/kafka:4.1.0').withExposedPorts({ container: port, host: port }).withEnvironment({
    KAFKA_NODE_ID: '1', KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093', KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENERS: `PLAINTEXT://:${port},CONTROLLER://localhost:9093`, KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${brokers}`,
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    KAFKA_NUM_PARTITIONS: '4', KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1', KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1', KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  }).withWaitStrategy(Wait.forLogMessage('Kafka Server started')).withStartupTimeout(120_000).start()
  return { container, brokers }
}

/**
 * The stores and the broker as others run them, in containers: the same suites that run on the local parts run on these.
 * What is left behind by a kill, testcontainers' own reaper takes away.
 */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const [mongo, kafka, clickhouse] = await Promise.all([
    new MongoDBContainer('mongo:8.0').start(),
    startKafka(),
    new ClickHouseContainer('clickhouse/clickhouse-server:26.7').start(),
  ])
  // The replica set names its member by a name that only the container knows.
  project.provide('documents', `${mongo.getConnectionString()}/?directConnection=true`)
  project.provide('brokers', kafka.brokers)
  project.provide('clickhouse', clickhouse.getConnectionUrl())
  return async () => { await Promise.all([mongo, kafka.container, clickhouse].map(container => container.stop())) }
}
