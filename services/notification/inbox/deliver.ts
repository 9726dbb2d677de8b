import { derivedId } from '../../shared/kit/ids.ts'
import { recipientOf, type MailRow, type NotificationRow, type Tables } from '../store/rows.ts'
import { notificationsFor, type Draft } from './drafts.ts'
import type { HeardEvent } from './events.ts'
import type { Person } from './inbox.ts'
import type { Known } from './known.ts'
import { channelsFor } from './preferences.ts'
import type { PreferencesOf } from './preferences-store.ts'
import type { Show } from './show.ts'

export type DeliverDeps = {
  tables: Pick<Tables, 'notifications' | 'mails'>; known: Known; preferencesOf: PreferencesOf
  push: (mailIds: readonly string[]) => void; show?: Show; erase: (person: Person) => Promise<void>
}

/** Turns an event into notifications and waiting mails, over the channels each person chose. Every row's id comes from event, person and type: the event again changes nothing. */
export const deliver = ({ tables, known, preferencesOf, push, show, erase }: DeliverDeps) => async (event: HeardEvent): Promise<void> => {
  const rows: NotificationRow[] = []
  const mails: MailRow[] = []
  for (const draft of notificationsFor(event, await known.before(event))) {
    const channels = channelsFor(await preferencesOf({ organizationId: event.organizationId, userId: draft.userId }), draft.type, draft.projectId)
    if (channels.inApp) rows.push(notificationRow(event, draft))
    if (channels.email) mails.push(mailRow(event, draft))
  }
  const [fresh, waiting] = await Promise.all([tables.notifications.insert(rows), tables.mails.insert(mails)])
  await known.learn(event)
  // The saga has asked already; this catches what was on its way meanwhile.
  if (event.type === 'UserDeleted') await erase({ organizationId: event.organizationId, userId: event.data.userId })
  if (fresh.length) show?.(fresh)
  if (waiting.length) push(waiting.map(mail => mail._id))
}

const actorOf = ({ actor }: HeardEvent): string | null => actor.includes(':') || actor === 'anonymous' ? null : actor

const notificationRow = (event: HeardEvent, { userId, type, title, body, link, projectId }: Draft): NotificationRow => {
  const id = derivedId(event.id, userId, type)
  const recipient = recipientOf(event.organizationId, userId)
  return {
    _id: id, organizationId: event.organizationId, userId, recipient, unreadFor: recipient, hidden: false, hiddenBy: null, order: `${event.at}.${id}`, type, title, body, link,
    eventId: event.id, eventName: event.type, subject: event.subject, projectId, actorId: actorOf(event), readAt: null, createdAt: event.at,
  }
}

const mailRow = (event: HeardEvent, { userId, type, title, body, link, projectId }: Draft): MailRow => ({
  _id: derivedId(event.id, userId, type, 'mail'), organizationId: event.organizationId, userId, actorId: actorOf(event), told: { type, title, body, link, projectId },
  state: 'waiting', reason: null, createdAt: event.at, doneAt: null,
})
