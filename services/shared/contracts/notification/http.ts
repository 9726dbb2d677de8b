import { z } from 'zod'
import { operation } from '../define.ts'
import { Id, page, paging, Time } from '../primitives.ts'
import { NotificationType, Preferences, PreferencesChange } from './preferences.ts'

/** `event.actorId` is who caused it (null: the system, or a closed account); names are looked up, never stored. `link` is a path of the web app. */
export const Notification = z.object({
  id: Id, type: NotificationType, title: z.string(), body: z.string(), link: z.string(),
  event: z.object({ id: z.string(), name: z.string(), subject: z.string(), projectId: Id.nullable(), actorId: Id.nullable() }),
  readAt: Time.nullable(), createdAt: Time, version: z.number().int(),
})
export type Notification = z.infer<typeof Notification>

export const notificationApi = {
  list: operation({
    method: 'GET', path: '/api/notifications', access: 'user', status: 200, summary: 'Your notifications, newest first',
    query: z.strictObject({ unread: z.enum(['true', 'false']).optional(), ...paging }),
    reply: page(Notification).extend({ unreadCount: z.number().int() }),
  }),
  read: operation({
    method: 'PUT', path: '/api/notifications/:id/read', access: 'user', status: 200, summary: 'Mark one notification as read',
    params: z.object({ id: Id }), reply: Notification, errors: { 'notification-unknown': 404 },
  }),
  readAll: operation({
    method: 'PUT', path: '/api/notifications/read-all', access: 'user', status: 200, ifMatch: false, summary: 'Mark all notifications as read',
    reply: z.object({ unreadCount: z.number().int() }),
  }),
  preferences: operation({
    method: 'GET', path: '/api/notifications/preferences', access: 'user', status: 200, summary: 'What you are told about, and over which channels',
    reply: Preferences,
  }),
  setPreferences: operation({
    method: 'POST', path: '/api/notifications/preferences', access: 'user', status: 200, ifMatch: true,
    summary: 'Change what you are told about; what is not named stays',
    body: PreferencesChange, reply: Preferences, errors: { 'project-unknown': 404 },
  }),
}
