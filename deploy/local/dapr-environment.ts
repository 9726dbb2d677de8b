import { dirname } from 'node:path'
import type { Stack } from './stack.ts'
import { trustAnchors } from './parts/control-plane.ts'

/** What `dapr run -f dapr/` needs in its environment, as lines for a shell to source; `node` is the one that runs this. One pair of tokens serves all apps there. */
export const daprEnvironment = ({ home, tokens }: Stack): string => {
  const values = { DAPR_API_TOKEN: tokens.gateway.dapr, APP_API_TOKEN: tokens.gateway.app, DAPR_TRUST_ANCHORS: trustAnchors(home), NAMESPACE: 'default', DAPR_HOST_IP: '127.0.0.1' }
  return [`PATH='${dirname(process.execPath)}':"$PATH"\n`, ...Object.entries(values).map(([name, value]) => `${name}='${value}'\n`)].join('')
}
