import type { Channels } from '../../shared/contracts/notification/preferences.ts'
import { derivedId } from '../../shared/kit/ids.ts'
import { recipientOf, type MailRow, type NotificationRow, type Tables } from '../store/rows.ts'
import type { Audience } from './audience.ts'
import { notificationsFor, type Draft } from './drafts.ts'
import type { Cause, HeardEvent } from './events.ts'
import { forEachGone, sharedLooks } from './gone.ts'
import type { HiddenProjects } from './hidden-projects.ts'
import type { Person } from './inbox.ts'
import type { RememberedFacts } from './known.ts'
import { channelsFor } from './preferences.ts'
import type { PreferencesOf } from './preferences-store.ts'
import type { Show } from './push-live.ts'
import { forgetActor } from './remove.ts'
import { timesInWords } from './times-in-words.ts'

export type DeliverDeps = {
  tables: Pick<Tables, 'notifications' | 'mails' | 'gone'>; known: RememberedFacts; audience: Audience; preferencesOf: PreferencesOf
  hidden: Pick<HiddenProjects, 'isHidden' | 'settle'>
  push: (mailIds: readonly string[]) => void; show?: Show; erase: (person: Person) => Promise<void>
}

/**
 * Turns an event into notifications and waiting mails, over the channels each person chose: over each the first reason that is on.
 * Every row's id comes from event and person: the event again changes nothing, nor does a reason of which this service heard later.
 */
export const deliver = (
  { tables, known, audience, preferencesOf, hidden, push, show, erase }: DeliverDeps, gone = sharedLooks(tables.gone),
) => {
  /** Resolves to who was told. */
  const tell = async (cause: Cause, drafts: readonly Draft[]): Promise<ReadonlySet<string>> => {
    const { organizationId } = cause
    const rows: NotificationRow[] = []
    const mails: MailRow[] = []
    const told = Map.groupBy(drafts, draft => draft.userId)
    for (const [userId, reasons] of told) {
      const preferences = await preferencesOf({ organizationId, userId })
      const firstOver = (channel: keyof Channels): Draft | undefined =>
        reasons.find(({ type, projectId }) => channelsFor(preferences, type, projectId)[channel])
      const [shown, mailed] = [firstOver('inApp'), firstOver('email')]
      // The zone of the profile is known to the user service only, which is asked for mails; so a list says which zone it means.
      if (shown) rows.push(notificationRow(cause, { ...shown, body: timesInWords(shown.body, preferences.timezone ?? 'UTC') }))
      if (mailed) mails.push(mailRow(cause, mailed))
    }
    const [fresh] = await Promise.all([tables.notifications.insert(rows), tables.mails.insert(mails)])
    const outOfSight = new Set(await hiddenOf(hidden, organizationId, rows))
    // Not only what is new: the try before this one may have come no further.
    if (rows.length + mails.length > 0)
      await forEachGone(gone, organizationId, [cause.actorId], userId => forgetActor(tables, { organizationId, userId }))
    // That somebody joined is told of a person, who may be gone again.
    if (rows.length > 0 && cause.type === 'UserCreated')
      await forEachGone(gone, organizationId, [cause.subject], subject => tables.notifications.remove({ subject, organizationId }))
    const seen = fresh.filter(row => row.projectId === null || !outOfSight.has(row.projectId))
    if (seen.length) show?.(seen)
    // Those, too, that an earlier try kept without hearing so: a mail that has left leaves no second time.
    if (mails.length) push(mails.map(mail => mail._id))
    return new Set(told.keys())
  }
  return async (event: HeardEvent): Promise<void> => {
    const facts = await known.before(event)
    const told = await tell(causeOf(event), await audience(event, notificationsFor(event, facts)))
    await known.learn(event, told, facts)
    await known.catchUp(event, async (cause, drafts) => tell(cause, await audience(event, drafts)))
    // The saga has asked already; this catches what was on its way meanwhile.
    if (event.type === 'UserDeleted') await erase({ organizationId: event.organizationId, userId: event.data.userId })
  }
}

/** The projects of these rows that are out of sight, and so are the rows then. */
const hiddenOf = async ({ isHidden, settle }: DeliverDeps['hidden'], organizationId: string, rows: readonly NotificationRow[]): Promise<string[]> => {
  const projects = [...new Set(rows.map(row => row.projectId))].filter(projectId => projectId !== null)
  const looks = await Promise.all(projects.map(async projectId => {
    if (!await isHidden({ organizationId, projectId })) return []
    await settle({ organizationId, projectId })
    return [projectId]
  }))
  return looks.flat()
}

const causeOf = ({ id, type, subject, organizationId, at, actor }: HeardEvent): Cause =>
  ({ id, type, subject, organizationId, at, actorId: actor.includes(':') || actor === 'anonymous' ? null : actor })

const notificationRow = (cause: Cause, { userId, type, title, body, link, projectId }: Draft): NotificationRow => {
  const id = derivedId(cause.id, userId)
  const recipient = recipientOf(cause.organizationId, userId)
  return {
    _id: id, organizationId: cause.organizationId, userId, recipient, unreadFor: recipient, hidden: false,
    order: `${cause.at}.${id}`, type, title, body, link,
    eventId: cause.id, eventName: cause.type, subject: cause.subject, projectId, actorId: cause.actorId, readAt: null, createdAt: cause.at,
  }
}

const mailRow = (cause: Cause, { userId, type, title, body, link, projectId }: Draft): MailRow => ({
  _id: derivedId(cause.id, userId, 'mail'), organizationId: cause.organizationId, userId, actorId: cause.actorId,
  told: { type, title, body, link, projectId },
  state: 'waiting', reason: null, createdAt: cause.at, doneAt: null,
})
