import { stringify } from 'yaml'
import { appIds, type AppId } from '../../../services/shared/contracts/define.ts'
import { trustDomain } from '../parts/control-plane.ts'
import { ports } from '../ports.ts'
import { operationsOf } from './contracts.ts'
import { rulesFor } from './rules.ts'

/** Who may read which secret; all others are closed to him. */
const secretsOf: Readonly<Record<AppId, readonly string[]>> = {
  gateway: [],
  user: ['mongodb-uri', 'token-key', 'oauth-providers'],
  task: ['mongodb-uri'],
  project: ['mongodb-uri'],
  notification: ['mongodb-uri', 'queue-redis-url', 'smtp-url'],
  analytics: ['clickhouse-url'],
  ai: ['mongodb-uri', 'anthropic-api-key', 'anthropic-base-url'],
}

/**
 * Which parts of its sidecar's API an app uses; the others are not there for it. What the sidecar says of itself is open to all: Dapr's own
 * SDK asks for that. Whoever hosts no sagas cannot reach those of others.
 */
const apisOf: Readonly<Record<AppId, readonly string[]>> = {
  gateway: ['invoke', 'publish', 'secrets', 'state'],
  user: ['invoke', 'publish', 'secrets', 'state', 'actors', 'jobs'],
  task: ['invoke', 'publish', 'secrets', 'jobs'],
  project: ['invoke', 'publish', 'secrets', 'actors'],
  notification: ['invoke', 'publish', 'secrets'],
  analytics: ['invoke', 'publish', 'secrets'],
  ai: ['invoke', 'publish', 'secrets'],
}
// Over gRPC nobody speaks to a sidecar here; a list with one harmless entry closes all others, and with them subscribing past the scopes.
const overGrpc = { name: 'metadata', version: 'v1', protocol: 'grpc' }

const head = `# Written by \`npm run access\` from the contracts in services/shared/contracts; a test holds it equal to them.
# Everything is closed; what stands here is open to the app named, by its certificate.
`

/** The Dapr configuration of an app, as YAML. */
export const configurationOf = async (app: AppId): Promise<string> => {
  const operations = await operationsOf(app)
  const policies = appIds.map(caller => ({ caller, rules: rulesFor(caller, app, operations) })).filter(({ rules }) => rules.length)
  return head + stringify({
    apiVersion: 'dapr.io/v1alpha1', kind: 'Configuration', metadata: { name: app },
    spec: {
      mtls: { enabled: true, controlPlaneTrustDomain: trustDomain, sentryAddress: `localhost:${ports.sentry}` },
      tracing: { samplingRate: '1' },
      metric: { enabled: true, http: { increasedCardinality: false } },
      features: [{ name: 'HotReload', enabled: false }],
      api: { allowed: [...['metadata', ...apisOf[app]].map(name => ({ name, version: 'v1', protocol: 'http' })), overGrpc] },
      secrets: { scopes: [{ storeName: 'secretstore', defaultAccess: 'deny', allowedSecrets: secretsOf[app] }] },
      accessControl: {
        defaultAction: 'deny', trustDomain: 'public',
        policies: policies.map(({ caller, rules }) => ({
          appId: caller, defaultAction: 'deny', trustDomain: 'public', namespace: 'default',
          operations: rules.map(({ path, verbs }) => ({ name: path, httpVerb: verbs, action: 'allow' })),
        })),
      },
    },
  }, { lineWidth: 160 })
}
