import { join } from 'node:path'
import { version } from '../../services/shared/kit/version.ts'
import { smtpProbe } from './driver-probes.ts'
import { neighbour, part, type ExpectedPart } from './expected-part.ts'
import { expectedBroker, expectedClickHouse, expectedDocuments, type Asked } from './expected-stores.ts'
import { hostOf } from './neighbours.ts'
import { portsAt } from './ports.ts'
import { httpProbe, redisProbe } from './probe.ts'
import { serviceVersion } from './service-answers.ts'
import { readTopology, type AppSpec } from './topology.ts'
import { packageVersion } from './versions.ts'

/** The parts that a stack with these settings and secrets is made of, its own and its neighbours. */
export const expectedParts = ({ offset, ...stack }: Omit<Asked, 'ports'> & { offset: number }): ExpectedPart[] => {
  const ports = portsAt(offset)
  const asked = { ...stack, ports }
  const { root, found, secrets, neighbours: { mail } } = stack
  const { apps } = readTopology(root, { offset })
  const appNamed = (name: AppSpec['name']): AppSpec => {
    const app = apps.find(one => one.name === name)
    if (!app) throw new Error(`dapr/dapr.yaml has no app ${name}.`)
    return app
  }
  const dapr = (name: string, program: string, url: string): ExpectedPart =>
    part(name, 'Dapr', found.dapr.version, [join(found.dapr.folder, program)], httpProbe(url))
  return [
    expectedBroker(asked, appNamed('gateway')),
    part('state', 'Redis', found.redis.version, [found.redis.program], redisProbe(ports.state, secrets['state-password'] ?? '')),
    ...expectedDocuments(asked),
    expectedClickHouse(asked, appNamed('analytics')),
    mail === undefined
      ? part('mail', 'maildev', packageVersion(root, 'maildev'), [join(root, 'node_modules/maildev')], httpProbe(`http://127.0.0.1:${ports.mail}/`))
      : neighbour('mail', `mail server at ${hostOf(mail)}`, smtpProbe(mail)),
    dapr('sentry', 'sentry', `http://127.0.0.1:${ports.sentryHealth}/healthz`),
    dapr('placement', 'placement', `http://127.0.0.1:${ports.placementHealth}/healthz`),
    dapr('scheduler', 'scheduler', `http://127.0.0.1:${ports.schedulerHealth}/healthz`),
    ...apps.flatMap(app => {
      const url = `http://127.0.0.1:${app.port}`
      return [
        dapr(`${app.name}-sidecar`, 'daprd', `http://127.0.0.1:${app.daprHttp}/v1.0/healthz`),
        { ...part(app.name, `on Node ${process.versions.node}`, version, [], httpProbe(`${url}/health/ready`)), tell: serviceVersion(url) },
      ]
    }),
  ]
}
