import { appIds, type AppId } from '../../services/shared/contracts/define.ts'
import { followers } from '../../services/shared/contracts/topics.ts'
import type { Apis } from './apis.ts'
import { untilSettled } from './reconcile.ts'

/**
 * What arrived with a service that follows the log. `events` of this run, where a client sees each of them: as rows, or as frames.
 * `waiting` are those that it knows of and has not handled, `deadLetters` those of the organization that it could not handle;
 * undefined where it does not say.
 */
export type Delivery = { to: AppId; events: number | undefined; waiting: number | undefined; deadLetters: number | undefined }

/** The gateway hands on what it takes: it has no dead letters. */
export const delivered = ({ to, waiting, deadLetters }: Delivery): boolean => waiting === 0 && (to === 'gateway' || deadLetters === 0)

type Deps = { gateway: Pick<Apis['gateway'], 'status' | 'listDeadLetters'>; token: () => Promise<string>; patienceMs: number }

/**
 * Asks about every service that follows a topic, until nothing waits anywhere or the patience is at its end.
 * The least that was seen to wait counts: others may be at work on the same platform.
 */
export const readDeliveries = async ({ gateway, token, patienceMs }: Deps, events: ReadonlyMap<AppId, number>): Promise<Delivery[]> => {
  const following = appIds.filter(app => followers[app])
  const least = new Map<AppId, number>()
  const look = async (): Promise<boolean> => {
    for (const { service, consumerLag } of (await gateway.status({})).services) {
      if (consumerLag !== null) least.set(service, Math.min(consumerLag, least.get(service) ?? consumerLag))
    }
    return following.every(app => least.get(app) === 0)
  }
  await untilSettled(look, nothingWaits => nothingWaits, patienceMs)
  return Promise.all(following.map(async (to): Promise<Delivery> => {
    if (to === 'gateway') return { to, events: events.get(to), waiting: least.get(to), deadLetters: undefined }
    const { items, unreachable } = await gateway.listDeadLetters({ query: { service: to, limit: 200 }, token: await token() })
    return { to, events: events.get(to), waiting: least.get(to), deadLetters: unreachable.includes(to) ? undefined : items.length }
  }))
}
