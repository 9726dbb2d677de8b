import { z } from 'zod'
import type { Connection } from 'mongoose'
import { parseStream } from '../../../services/shared/kit/events/log/commit.ts'
import { invitationOwner } from '../../../services/user/identity/invitation-names.ts'
import { naming } from '../check/erased.ts'
import type { Findings } from '../check/findings.ts'
import { withDatabase, type ProducerLog } from './documents.ts'

/** Where the notification service keeps people. */
const inbox = {
  notifications: ['userId', 'subject', 'actorId'], mail_outbox: ['userId', 'actorId'], preferences: ['userId'],
  watchers: ['userId'], members: ['userId'], waiting: ['assigneeId', 'reporterId'],
} as const
/** And the user service. */
const own = { logins: ['userId'], identities: ['userId'], person_keys: ['_id'], sessions: ['userId'] } as const

const rowsNaming = async (db: Connection, places: Readonly<Record<string, readonly string[]>>, gone: ReadonlySet<string>): Promise<string[]> => {
  const found = await Promise.all(Object.entries(places).map(async ([name, fields]) => {
    const rows = await db.collection(name).find({}).project(Object.fromEntries(fields.map(f => [f, 1]))).toArray()
    return naming(gone, name, fields, rows)
  }))
  return found.flat()
}

/** Whoever closed his account is found in no row any more. */
export const checkInboxErased = async (uri: string, gone: ReadonlySet<string>): Promise<Pick<Findings, 'phantom'>> =>
  ({ phantom: await withDatabase(uri, 'notification', db => rowsNaming(db, inbox, gone)) })

const Ids = z.array(z.object({ _id: z.string() }))
const Logins = z.array(z.object({ _id: z.string(), userId: z.string() }))
const Registered = z.object({ emailHash: z.string() })
const Invitation = z.object({ invitationId: z.string() })
const settles = new Set(['InvitationAccepted', 'InvitationRevoked', 'InvitationExpired'])

/** What the user service keeps beside its log: the way in and the key of everybody who is there, and nothing of who is not, nor of an invitation that is settled. */
export const checkUserTables = (uri: string, { commits }: ProducerLog): Promise<Pick<Findings, 'missing' | 'phantom'>> => withDatabase(uri, 'user', async db => {
  const events = commits.flatMap(({ stream, events: some }) => some.map(({ type, data }) => ({ type, data, id: parseStream(stream).id })))
  const gone = new Set(events.filter(e => e.type === 'PersonClosed').map(e => e.id))
  const living = events.filter(e => e.type === 'PersonRegistered' && !gone.has(e.id)).map(({ id, data }) => ({ id, ...Registered.parse(data) }))
  const settled = events.filter(e => settles.has(e.type)).map(({ data }) => invitationOwner(Invitation.parse(data).invitationId))
  const keys = new Set(Ids.parse(await db.collection('person_keys').find({}).project({ _id: 1 }).toArray()).map(({ _id }) => _id))
  const logins = new Map(Logins.parse(await db.collection('logins').find({}).toArray()).map(({ _id, userId }) => [_id, userId]))
  return {
    missing: living.flatMap(({ id, emailHash }) => [
      ...logins.get(emailHash) === id ? [] : [`logins: ${id} cannot sign in`],
      ...keys.has(id) ? [] : [`person_keys: ${id} has no key`],
    ]),
    phantom: [...await rowsNaming(db, own, gone), ...settled.filter(owner => keys.has(owner)).map(owner => `person_keys: ${owner} is settled and has a key`)],
  }
})
