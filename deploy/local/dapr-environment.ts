import { dirname, join } from 'node:path'
import type { Settings } from './prepare/settings.mjs'
import type { Stack } from './stack.ts'
import { trustAnchors } from './parts/control-plane.ts'

// What a service looks for in its environment before it asks for the secret of that name.
const handedOn = ['CLICKHOUSE_URL', 'ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL', 'OAUTH_PROVIDERS'] as const
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/**
 * What `dapr run -f dapr/` needs in its environment, as lines for a shell to source; `node` is the one that runs this.
 * One pair of tokens serves all apps there.
 */
export const daprEnvironment = ({ home, tokens }: Pick<Stack, 'home' | 'tokens'>, env: NodeJS.ProcessEnv): string => {
  const given = Object.fromEntries(handedOn.flatMap(name => (env[name] ? [[name, env[name]]] : [])))
  const values = {
    DAPR_API_TOKEN: tokens.gateway.dapr,
    APP_API_TOKEN: tokens.gateway.app,
    DAPR_TRUST_ANCHORS: trustAnchors(home),
    NAMESPACE: 'default',
    DAPR_HOST_IP: '127.0.0.1',
    ...given,
  }
  return [`PATH=${quoted(dirname(process.execPath))}:"$PATH"\n`, ...Object.entries(values).map(([name, value]) => `${name}=${quoted(value)}\n`)].join('')
}

/**
 * How the services are started by the Dapr CLI. `dapr/dapr.yaml` names its ports, app ids, folders and component set itself,
 * so that it can be had with these alone.
 */
export const daprRunHint = ({ home, offset, prefix, events }: Settings, root: string): string =>
  home === join(root, '.cybertask') && offset === 0 && prefix === '' && events === 'redis'
    ? `In another shell:  set -a; . '${home}/dapr.env'; set +a; dapr run -f dapr/`
    : 'dapr run -f dapr/ does not fit them: it takes neither CYBERTASK_HOME nor PORT_OFFSET, APP_ID_PREFIX or EVENTS.'
