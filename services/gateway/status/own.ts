import { Health } from '../../shared/contracts/operations.ts'
import type { Started } from '../../shared/kit/start.ts'

/** What the gateway says about itself: the same that it asks of others. */
export const ownStatus = (
  { listening, metrics }: Pick<Started, 'listening' | 'metrics'>, sockets: () => number,
) => async (): Promise<{ health: Health; metrics: string; sockets: number }> => {
  const answer = await fetch(`${listening.url}/health/dependencies`, { signal: AbortSignal.timeout(3_000) })
  return { health: Health.parse(await answer.json()), metrics: await metrics.registry.metrics(), sockets: sockets() }
}
