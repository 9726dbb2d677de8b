import { z } from 'zod'
import type { CloudEvent } from '../../shared/contracts/feed.ts'
import type { Notification } from '../../shared/contracts/notification/http.ts'

/** Something that happened, as sockets see it. `text` is what all its frames share, made once; of thousands that are kept it costs a collection least. */
export type LiveEvent = {
  name: string
  organizationId: string
  projectId: string | undefined
  /** Whom it concerns by himself; they get it on `me`. */
  people: readonly string[]
  text: string
}

const person = z.string().nullish().catch(undefined)
const About = z.object({
  projectId: person, userId: person, assigneeId: person, reporterId: person, requestedBy: person,
  mentions: z.array(z.string()).optional().catch(undefined),
  changes: z.record(z.string(), z.object({ before: z.unknown().optional(), after: z.unknown().optional() })).optional().catch(undefined),
})
// Signing in and the like concern nobody's screen.
const silent = new Set(['UserLoggedIn', 'SessionEnded'])

/** Under what an event is kept and looked for: its project, and each person it concerns. */
export const addressesOf = ({ projectId, people }: Pick<LiveEvent, 'projectId' | 'people'>): string[] =>
  [...new Set([...(projectId === undefined ? [] : [projectId]), ...people])]

/** A public event as a live one; undefined when no socket is to see it. */
export const liveEvent = (event: CloudEvent): LiveEvent | undefined => {
  if (silent.has(event.type)) return undefined
  const about = About.safeParse(event.data).data ?? {}
  const before = about.changes?.['assigneeId']?.before
  const people = [
    about.userId, about.assigneeId, about.reporterId, about.requestedBy, ...(about.mentions ?? []),
    typeof before === 'string' ? before : undefined,
  ].filter(p => typeof p === 'string')
  return made(
    { name: event.type, organizationId: event.organizationid, projectId: about.projectId ?? undefined, people: [...new Set(people)] },
    { id: event.id, at: event.time, actor: event.actor, subject: event.subject, version: event.aggregateversion, data: event.data },
  )
}

/** A notification as a live event, for one person only. */
export const liveNotification = (organizationId: string, userId: string, notification: Notification): LiveEvent =>
  made({ name: 'NotificationAdded', organizationId, projectId: undefined, people: [userId] }, {
    id: `notification.${notification.id}`, at: notification.createdAt, actor: notification.event.actorId ?? 'system', subject: notification.id, version: 1,
    data: { notification },
  })

type Said = { id: string; at: string; actor: string; subject: string; version: number; data: unknown }
const made = (event: Omit<LiveEvent, 'text'>, { id, ...rest }: Said): LiveEvent =>
  // In one go: a text put together from pieces keeps all of them.
  ({ ...event, text: JSON.stringify({ id, name: event.name, ...rest }).slice(1) })

/** The frame of an event on one topic. */
export const frameOf = (topic: string, seq: number, { text }: LiveEvent): string => `{"type":"event","topic":"${topic}","seq":${seq},${text}`
