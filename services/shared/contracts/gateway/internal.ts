import { z } from 'zod'
import { operation } from '../define.ts'
import { Notification } from '../notification/http.ts'
import { Id } from '../primitives.ts'

/** What other services ask the gateway. */
export const gatewayInternal = {
  showNotifications: operation({
    method: 'POST', path: '/internal/live/notifications', summary: 'Show new notifications on the open sockets of people',
    access: 'internal', status: 202, callers: ['notification'],
    body: z.strictObject({ organizationId: Id, items: z.array(z.strictObject({ userId: Id, notification: Notification })).min(1).max(1_000) }),
    reply: z.object({ sockets: z.number().int() }),
  }),
} as const
