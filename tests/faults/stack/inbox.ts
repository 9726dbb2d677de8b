import type { HeardEvent } from '../../../services/notification/inbox/events.ts'
import type { MemberRow, NotificationRow, ProjectRow } from '../../../services/notification/store/rows.ts'
import { compare } from '../check/compare.ts'
import type { Findings } from '../check/findings.ts'
import { dueKnown } from '../check/known.ts'
import { leastTold, mostTold, over, type Telling } from '../check/told.ts'
import { checkView } from '../check/views.ts'
import { withDatabase } from './documents.ts'

type Found = Pick<Findings, 'missing' | 'twice' | 'phantom' | 'unequal'>

/**
 * Everybody is told once of each event that is news to him, and sees it again with a project that came back. Those who closed their account
 * are forgotten, with what told of them; what is still found of them is looked for by itself.
 */
export const checkInbox = (uri: string, events: readonly HeardEvent[], gone: ReadonlySet<string>): Promise<Found> => withDatabase(uri, 'notification', async db => {
  const rows = await db.collection<NotificationRow>('notifications').find({}).toArray()
  // What tells of a project goes out of sight with it, and comes back with it.
  const restored = new Set<string>()
  for (const { type, subject } of events) {
    if (type === 'ProjectRestored') restored.add(subject)
    if (type === 'ProjectDeleted') restored.delete(subject)
  }
  const due = dueKnown(events, gone)
  const members = (await db.collection<MemberRow>('members').find({}).toArray()).filter(({ userId }) => !gone.has(userId))
  const named = (tellings: readonly Telling[]): string[] => tellings.filter(({ event }) => !gone.has(event.subject))
    .flatMap(telling => over('inApp', telling).filter(draft => !gone.has(draft.userId)).map(draft => `${telling.event.id} to ${draft.userId}`))
  const hidden = rows.filter(row => row.hidden && row.projectId !== null && restored.has(row.projectId))
  const living = rows.filter(r => !gone.has(r.userId) && !gone.has(r.subject))
  return {
    ...compare('notifications', { must: named(leastTold(events)), may: named(mostTold(events)) }, living.map(r => `${r.eventId} to ${r.userId}`)),
    unequal: [
      ...hidden.map(row => `notification ${row._id} is hidden, and its project is back`),
      ...checkView('known member', due.members, members).unequal,
      ...checkView('known project', due.projects, await db.collection<ProjectRow>('projects').find({}).toArray()).unequal,
    ],
  }
})
