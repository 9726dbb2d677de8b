// Below 32768: above it the system hands ports to outgoing connections. Sentry alone stays where the Dapr CLI looks for it.
/**
 * The ports of what the services stand on. The services' own stand in dapr/dapr.yaml, those of Redis and Kafka in components/ and that of
 * Sentry in dapr/config again (tests hold them equal).
 */
export const ports = {
  broker: 6390, state: 6391, documents: 6392, kafka: 6393, kafkaController: 6394, smtp: 1025, mail: 1080,
  sentry: 50001, sentryHealth: 8180, sentryMetrics: 9190,
  placement: 3535, placementHealth: 8181, placementMetrics: 9191, raft: 8211,
  scheduler: 3536, schedulerHealth: 8182, schedulerMetrics: 9192, etcdClient: 3537, etcdPeer: 3538,
} as const
export type Ports = Readonly<Record<keyof typeof ports, number>>

/** All ports moved by an offset, so that a second stack can run beside the first. */
export const portsAt = (offset: number): Ports => {
  const at = (port: number): number => port + offset
  return {
    broker: at(ports.broker), state: at(ports.state), documents: at(ports.documents), kafka: at(ports.kafka), kafkaController: at(ports.kafkaController),
    smtp: at(ports.smtp), mail: at(ports.mail), sentry: at(ports.sentry), sentryHealth: at(ports.sentryHealth), sentryMetrics: at(ports.sentryMetrics),
    placement: at(ports.placement), placementHealth: at(ports.placementHealth), placementMetrics: at(ports.placementMetrics), raft: at(ports.raft),
    scheduler: at(ports.scheduler), schedulerHealth: at(ports.schedulerHealth), schedulerMetrics: at(ports.schedulerMetrics),
    etcdClient: at(ports.etcdClient), etcdPeer: at(ports.etcdPeer),
  }
}

/** `localhost:<port>` anywhere in a text, moved by the offset. */
export const shifted = (text: string, offset: number): string => text.replace(/\blocalhost:(\d+)/g, (_, port: string) => `localhost:${Number(port) + offset}`)
