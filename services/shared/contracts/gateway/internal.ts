import { z } from 'zod'
import { operation } from '../define.ts'
import { Id } from '../primitives.ts'

/** What other services ask the gateway. */
export const gatewayInternal = {
  notify: operation({
    method: 'POST', path: '/internal/live/notifications', summary: 'Show a notification on the open sockets of a person', access: 'internal', status: 202, callers: ['notification'],
    body: z.strictObject({ organizationId: Id, userId: Id, notificationId: Id, unreadCount: z.number().int(), notification: z.looseObject({}) }),
    reply: z.object({ sockets: z.number().int() }),
  }),
} as const
