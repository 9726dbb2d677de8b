import type { z } from 'zod'
import { gatewayInternal } from '../../shared/contracts/gateway/internal.ts'
import type { Dapr } from '../../shared/kit/dapr/dapr.ts'
import type { Logger } from '../../shared/kit/observe/log.ts'
import { present, type NotificationRow } from '../store/rows.ts'

export type Show = (organizationId: string, rows: readonly NotificationRow[]) => void

/** Tells the gateway to show new notifications on open sockets. It is a courtesy: whoever is not told finds them in the list, so nobody waits and nothing is tried again. */
export const show = ({ dapr, logger }: { dapr: Pick<Dapr, 'invoke'>; logger: Logger }): Show => (organizationId, rows) => {
  const { method, path } = gatewayInternal.showNotifications
  const body: z.input<typeof gatewayInternal.showNotifications.body> = { organizationId, items: rows.map(row => ({ userId: row.userId, notification: present(row) })) }
  dapr.invoke('gateway', method, path, { body, timeoutMs: 2_000 }).catch((error: unknown) => { logger.debug({ error }, 'notifications were not shown live') })
}
