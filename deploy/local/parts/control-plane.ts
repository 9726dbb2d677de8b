import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../files.ts'
import type { PartSpec } from '../part.ts'
import { httpProbe } from '../probe.ts'
import { plainEnv, type Context } from './context.ts'

export const trustDomain = 'localhost'
const configuration = (home: string): string => join(home, 'sentry.yaml')
const certificates = (home: string): string => join(home, 'certificates')

/** The root certificate that all parts of Dapr trust; Sentry makes it on its first start. */
export const trustAnchors = (home: string): string => readFileSync(join(certificates(home), 'ca.crt'), 'utf8')

/** The certificate authority of the sidecars: it must run before everything else of Dapr. */
export const sentryPart = ({ home, found, ports, env }: Context): PartSpec => ({
  name: 'sentry', title: 'Dapr Sentry', group: 'control', cwd: home, env: { ...plainEnv(env), NAMESPACE: 'default' },
  ports: [ports.sentry, ports.sentryHealth, ports.sentryMetrics],
  command: [join(found.dapr.folder, 'sentry'),
    '--port', String(ports.sentry), '--listen-address', '127.0.0.1',
    '--issuer-credentials', certificates(home), '--trust-domain', trustDomain, '--config', configuration(home),
    '--healthz-listen-address', '127.0.0.1', '--healthz-port', String(ports.sentryHealth),
    '--metrics-listen-address', '127.0.0.1', '--metrics-port', String(ports.sentryMetrics)],
  ready: httpProbe(`http://127.0.0.1:${ports.sentryHealth}/healthz`),
  before: async () => {
    mkdirSync(certificates(home), { recursive: true, mode: 0o700 })
    writeWhole(configuration(home), 'apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata:\n  name: daprsystem\nspec:\n  mtls:\n    enabled: true\n')
  },
})

/** Placement (where actors live) and Scheduler (reminders and jobs). */
export const controlParts = ({ home, found, ports, env }: Context): PartSpec[] => {
  const shared = { group: 'control', cwd: home, env: { ...plainEnv(env), NAMESPACE: 'default' } } as const
  const secure = ['--tls-enabled', '--trust-anchors-file', join(certificates(home), 'ca.crt'),
    '--sentry-address', `127.0.0.1:${ports.sentry}`, '--trust-domain', trustDomain, '--mode', 'standalone',
    '--listen-address', '127.0.0.1', '--healthz-listen-address', '127.0.0.1', '--metrics-listen-address', '127.0.0.1']
  return [{
    ...shared, name: 'placement', title: 'Dapr Placement', ports: [ports.placement, ports.placementHealth, ports.placementMetrics, ports.raft],
    command: [join(found.dapr.folder, 'placement'), ...secure,
      '--port', String(ports.placement), '--healthz-port', String(ports.placementHealth),
      '--metrics-port', String(ports.placementMetrics), '--initial-cluster', `dapr-placement-0=127.0.0.1:${ports.raft}`],
    ready: httpProbe(`http://127.0.0.1:${ports.placementHealth}/healthz`),
  }, {
    ...shared, name: 'scheduler', title: 'Dapr Scheduler',
    ports: [ports.scheduler, ports.schedulerHealth, ports.schedulerMetrics, ports.etcdClient, ports.etcdPeer],
    command: [join(found.dapr.folder, 'scheduler'), ...secure,
      '--port', String(ports.scheduler), '--healthz-port', String(ports.schedulerHealth), '--metrics-port', String(ports.schedulerMetrics),
      '--etcd-data-dir', join(home, 'data/scheduler'), '--etcd-client-port', String(ports.etcdClient),
      '--etcd-initial-cluster', `dapr-scheduler-server-0=http://localhost:${ports.etcdPeer}`,
      '--override-broadcast-host-port', `127.0.0.1:${ports.scheduler}`],
    ready: httpProbe(`http://127.0.0.1:${ports.schedulerHealth}/healthz`),
  }]
}
