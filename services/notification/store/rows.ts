import type { Notification } from '../../shared/contracts/notification/http.ts'
import type { NotificationType, Preferences } from '../../shared/contracts/notification/preferences.ts'
import type { Mail } from '../../shared/contracts/notification/mails.ts'
import type { ProjectRole } from '../../shared/contracts/primitives.ts'
import type { Freed } from '../inbox/texts.ts'
import { derivedId } from '../../shared/kit/ids.ts'
import type { Connection } from 'mongoose'
import { memoryTable } from '../../shared/kit/mongo/memory-table.ts'
import { mongoTable } from '../../shared/kit/mongo/mongo-table.ts'
import type { Table } from '../../shared/kit/mongo/table.ts'

/** Every list of a person starts at this one key. */
export const recipientOf = (organizationId: string, userId: string): string => `${organizationId}.${userId}`

/** The id of somebody's membership. */
export const memberKey = ({ projectId, userId }: { projectId: string; userId: string }): string => `${projectId}.${userId}`

/** The id of the note that somebody was erased. */
export const goneKey = (organizationId: string, userId: string): string => derivedId('gone', organizationId, userId)

/** `unreadFor` is there while the notification is unread: counting is a look-up by one key. `order` sorts by time, then id. */
export type NotificationRow = {
  _id: string; organizationId: string; userId: string; recipient: string; unreadFor?: string; hidden: boolean; order: string
  type: NotificationType; title: string; body: string; link: string
  eventId: string; eventName: string; subject: string; projectId: string | null; actorId: string | null; readAt: string | null; createdAt: string
}
export type PreferencesRow = Preferences & { _id: string; organizationId: string; userId: string }
export type Told = { type: NotificationType; title: string; body: string; link: string; projectId: string | null }
/**
 * A mail that is to leave: about a notification (who is told by id), or one that a service asked for (with its address, until it is done).
 * With the account of `userId` it goes.
 */
export type MailRow = {
  _id: string; organizationId: string | null; userId: string | null; actorId: string | null; told?: Told; asked?: Mail
  state: 'waiting' | 'sent' | 'failed' | 'dropped'; reason: string | null; createdAt: string; doneAt: string | null
}
export type WatcherRow = { _id: string; organizationId: string; taskId: string; userId: string }
/** What is known of an aggregate as of this version of it; rows of before have none, and take any. */
type Known = { version?: number }
/**
 * `deleted`: the task that waits; `removed`: it waits no more; `freed`: what became of its blocker, which has been told, as of `blockerVersion` of
 * that.
 */
export type WaitingRow = Known & {
  _id: string; organizationId: string; blockerId: string; taskId: string; projectId: string; title: string
  assigneeId: string | null; reporterId: string | null; deleted?: true; removed?: true; freed?: Freed; blockerVersion?: number
}
/** The last time that a task closed, by its id; `by`: a hash of who closed it; `opened`: it has opened again since; `version`: of the last of both. */
export type ClosingRow = {
  _id: string; organizationId: string; version: number; how: Freed; eventId: string; eventName: 'TaskCompleted' | 'TaskStatusChanged' | 'TaskDeleted'
  at: string; by: string; opened?: true
}
/** `left`: taken out again. He may still see the project, as admins do, and so may whoever has no row. */
export type MemberRow = Known & { _id: string; organizationId: string; projectId: string; userId: string; role: ProjectRole; left?: true }
/** That somebody was erased, by a hash of the id: events that come late must not bring him back. */
export type GoneRow = { _id: string }
export type ProjectRow = Known & { _id: string; organizationId: string; name: string }
/** That a saga takes a project out of sight; `restored`: it has brought it back. */
export type HiddenProjectRow = { _id: string; organizationId: string; projectId: string; restored?: true }

export type Tables = {
  notifications: Table<NotificationRow>; preferences: Table<PreferencesRow>; mails: Table<MailRow>
  watchers: Table<WatcherRow>; waiting: Table<WaitingRow>; members: Table<MemberRow>; projects: Table<ProjectRow>; gone: Table<GoneRow>
  hiddenProjects: Table<HiddenProjectRow>; closings: Table<ClosingRow>
}

export const mongoTables = async (db: Connection): Promise<Tables> => ({
  notifications: await mongoTable<NotificationRow>(db, 'notifications', ['recipient', 'unreadFor', 'projectId', 'actorId', 'subject']),
  preferences: await mongoTable<PreferencesRow>(db, 'preferences', ['userId']),
  mails: await mongoTable<MailRow>(db, 'mail_outbox', ['state', 'userId', 'actorId']),
  watchers: await mongoTable<WatcherRow>(db, 'watchers', ['taskId', 'userId']),
  waiting: await mongoTable<WaitingRow>(db, 'waiting', ['blockerId', 'taskId', 'assigneeId', 'reporterId']),
  members: await mongoTable<MemberRow>(db, 'members', ['projectId', 'userId']),
  projects: await mongoTable<ProjectRow>(db, 'projects', []),
  gone: await mongoTable<GoneRow>(db, 'gone', []),
  hiddenProjects: await mongoTable<HiddenProjectRow>(db, 'hidden_projects', ['projectId']),
  closings: await mongoTable<ClosingRow>(db, 'closings', []),
})

/** For tests in process. */
export const memoryTables = (): Tables => ({
  notifications: memoryTable(), preferences: memoryTable(), mails: memoryTable(), watchers: memoryTable(),
  waiting: memoryTable(), members: memoryTable(), projects: memoryTable(), gone: memoryTable(),
  hiddenProjects: memoryTable(), closings: memoryTable(),
})

/** The only place where a stored field gets its public name. */
export const present = (row: NotificationRow): Notification => ({
  id: row._id, type: row.type, title: row.title, body: row.body, link: row.link,
  event: { id: row.eventId, name: row.eventName, subject: row.subject, projectId: row.projectId, actorId: row.actorId },
  readAt: row.readAt, createdAt: row.createdAt,
  // Nothing of it ever changes but that it is read, once.
  version: row.readAt === null ? 1 : 2,
})
