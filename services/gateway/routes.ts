import { gatewayApi, type PlatformStatus } from '../shared/contracts/gateway/http.ts'
import { gatewayInternal } from '../shared/contracts/gateway/internal.ts'
import type { ServiceId } from '../shared/contracts/define.ts'
import type { Dapr } from '../shared/kit/dapr/dapr.ts'
import { serve, type Routes } from '../shared/kit/http/serve.ts'
import type { Hub } from './live/hub.ts'
import { liveNotification } from './live/live-event.ts'
import { deadLetterHandlers } from './operations/dead-letters.ts'

export type RouteDeps = { dapr: Pick<Dapr, 'invoke'>; services: readonly ServiceId[]; status: () => Promise<PlatformStatus>; hub: Pick<Hub, 'push'> }

/** What the gateway answers itself. */
export const gatewayRoutes = ({ dapr, services, status, hub }: RouteDeps): Routes[] => [
  serve(gatewayApi, { status: async () => ({ body: await status() }), ...deadLetterHandlers(dapr, services) }),
  serve(gatewayInternal, {
    showNotifications: async ({ body: { organizationId, items } }) =>
      ({ body: { sockets: items.reduce((sum, { userId, notification }) => sum + hub.push(liveNotification(organizationId, userId, notification)), 0) } }),
  }),
]
