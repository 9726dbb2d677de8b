import { setTimeout as sleep } from 'node:timers/promises'
import { appIdPrefix, services, type Platform } from './platform.ts'

const LOOK_MS = 20

/** Resolves when the gateway's sidecar gets through to the service behind this sidecar again, whatever that answers; at once for any other part. Nothing of ours lies between them. */
export const reachedBehind = async ({ stack }: Pick<Platform, 'stack'>, target: string): Promise<void> => {
  const behind = services.find(service => service !== 'gateway' && target === `${service}-sidecar`)
  if (!behind) return
  const url = `${stack.urls.sidecar('gateway')}/v1.0/invoke/${appIdPrefix}${behind}/method/api/nothing`
  for (;;) {
    const answer = await fetch(url, { headers: { 'dapr-api-token': stack.tokens.gateway.dapr } })
    if (!(await answer.text()).includes('"ERR_')) return
    await sleep(LOOK_MS)
  }
}
