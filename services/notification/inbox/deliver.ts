import type { Channels } from '../../shared/contracts/notification/preferences.ts'
import { derivedId } from '../../shared/kit/ids.ts'
import { recipientOf, type MailRow, type NotificationRow, type Tables } from '../store/rows.ts'
import type { Audience } from './audience.ts'
import { notificationsFor, type Draft } from './drafts.ts'
import type { HeardEvent } from './events.ts'
import { forEachGone, sharedLooks } from './gone.ts'
import type { Person } from './inbox.ts'
import type { RememberedFacts } from './known.ts'
import { channelsFor } from './preferences.ts'
import type { PreferencesOf } from './preferences-store.ts'
import type { Show } from './push-live.ts'
import { forgetActor } from './remove.ts'
import { timesInWords } from './times-in-words.ts'

export type DeliverDeps = {
  tables: Pick<Tables, 'notifications' | 'mails' | 'gone'>; known: RememberedFacts; audience: Audience; preferencesOf: PreferencesOf
  push: (mailIds: readonly string[]) => void; show?: Show; erase: (person: Person) => Promise<void>
}

/**
 * Turns an event into notifications and waiting mails, over the channels each person chose: over each the first reason that is on.
 * Every row's id comes from event, person and type: the event again changes nothing.
 */
export const deliver = (
  { tables, known, audience, preferencesOf, push, show, erase }: DeliverDeps, gone = sharedLooks(tables.gone),
) => async (event: HeardEvent): Promise<void> => {
  const { organizationId } = event
  const rows: NotificationRow[] = []
  const mails: MailRow[] = []
  const facts = await known.before(event)
  const told = Map.groupBy(await audience(event, notificationsFor(event, facts)), draft => draft.userId)
  for (const [userId, reasons] of told) {
    const preferences = await preferencesOf({ organizationId, userId })
    const firstOver = (channel: keyof Channels): Draft | undefined => reasons.find(({ type, projectId }) => channelsFor(preferences, type, projectId)[channel])
    const [shown, mailed] = [firstOver('inApp'), firstOver('email')]
    // The zone of the profile is known to the user service only, which is asked for mails; so a list says which zone it means.
    if (shown) rows.push(notificationRow(event, { ...shown, body: timesInWords(shown.body, preferences.timezone ?? 'UTC') }))
    if (mailed) mails.push(mailRow(event, mailed))
  }
  const [fresh, waiting] = await Promise.all([tables.notifications.insert(rows), tables.mails.insert(mails)])
  // Not only what is new: the try before this one may have come no further.
  if (rows.length + mails.length > 0)
    await forEachGone(gone, organizationId, [actorOf(event)], userId => forgetActor(tables, { organizationId, userId }))
  // That somebody joined is told of a person, who may be gone again.
  if (rows.length > 0 && event.type === 'UserCreated')
    await forEachGone(gone, organizationId, [event.subject], subject => tables.notifications.remove({ subject, organizationId }))
  await known.learn(event, new Set(told.keys()), facts)
  // The saga has asked already; this catches what was on its way meanwhile.
  if (event.type === 'UserDeleted') await erase({ organizationId, userId: event.data.userId })
  if (fresh.length) show?.(fresh)
  if (waiting.length) push(waiting.map(mail => mail._id))
}

const actorOf = ({ actor }: HeardEvent): string | null => actor.includes(':') || actor === 'anonymous' ? null : actor

const notificationRow = (event: HeardEvent, { userId, type, title, body, link, projectId }: Draft): NotificationRow => {
  const id = derivedId(event.id, userId, type)
  const recipient = recipientOf(event.organizationId, userId)
  return {
    _id: id, organizationId: event.organizationId, userId, recipient, unreadFor: recipient, hidden: false, hiddenBy: null,
    order: `${event.at}.${id}`, type, title, body, link,
    eventId: event.id, eventName: event.type, subject: event.subject, projectId, actorId: actorOf(event), readAt: null, createdAt: event.at,
  }
}

const mailRow = (event: HeardEvent, { userId, type, title, body, link, projectId }: Draft): MailRow => ({
  _id: derivedId(event.id, userId, type, 'mail'), organizationId: event.organizationId, userId, actorId: actorOf(event),
  told: { type, title, body, link, projectId },
  state: 'waiting', reason: null, createdAt: event.at, doneAt: null,
})
