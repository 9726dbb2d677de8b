import type { z } from 'zod'
import { gatewayInternal } from '../../shared/contracts/gateway/internal.ts'
import type { Dapr } from '../../shared/kit/dapr/dapr.ts'
import type { Logger } from '../../shared/kit/observe/log.ts'
import { present, type NotificationRow } from '../store/rows.ts'

export type Show = (rows: readonly NotificationRow[]) => void

/** So many at a time; a gateway that does not keep up is not told of more. */
const MOST = 1_000

/**
 * Tells the gateway to show new notifications on open sockets; those that come while it is being told go along the next time.
 * It is a courtesy: whoever is not told finds them in the list, so nobody waits and nothing is tried again.
 */
export const show = ({ dapr, logger }: { dapr: Pick<Dapr, 'invoke'>; logger: Logger }): Show => {
  const { method, path } = gatewayInternal.showNotifications
  const waiting: NotificationRow[] = []
  let telling: Promise<void> | undefined

  const tell = async ([organizationId, rows]: [string, NotificationRow[]]): Promise<void> => {
    const items = rows.map(row => ({ userId: row.userId, notification: present(row) }))
    const body: z.input<typeof gatewayInternal.showNotifications.body> = { organizationId, items }
    await dapr.invoke('gateway', method, path, { body, timeoutMs: 2_000 })
      .catch((error: unknown) => { logger.debug({ error }, 'notifications were not shown live') })
  }
  const flush = async (): Promise<void> => {
    while (waiting.length) await Promise.all([...Map.groupBy(waiting.splice(0, MOST), row => row.organizationId)].map(tell))
  }
  return rows => {
    if (waiting.length < MOST) waiting.push(...rows)
    telling ??= flush().finally(() => { telling = undefined })
  }
}
