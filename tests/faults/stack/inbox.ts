import { z } from 'zod'
import { TaskCreated, TaskUpdated } from '../../../services/shared/contracts/task/events.ts'
import type { NotificationRow } from '../../../services/notification/store/rows.ts'
import { compare } from '../check/compare.ts'
import type { Findings } from '../check/findings.ts'
import { withDatabase, type ProducerLog } from './documents.ts'

export type Hand = { eventId: string; person: string; title: string }
const After = z.object({ after: z.string() })

/** Who got a task from somebody else, by which event: what notifications and mails must tell of. */
export const handed = ({ events }: ProducerLog): Hand[] => events.flatMap(({ id, type, data, actor }) => {
  const person = type === 'TaskCreated' ? TaskCreated.data.parse(data).assigneeId : type === 'TaskUpdated' ? After.safeParse(TaskUpdated.data.parse(data).changes['assigneeId']).data?.after : undefined
  return person && person !== actor ? [{ eventId: id, person, title: z.object({ title: z.string() }).parse(data).title }] : []
})

/** Each of them is told once. Those who closed their account are forgotten, with what they were told. */
export const checkNotifications = (uri: string, log: ProducerLog, gone: ReadonlySet<string>): Promise<Pick<Findings, 'missing' | 'twice' | 'phantom'>> => withDatabase(uri, 'notification', async db => {
  const rows = await db.collection<NotificationRow>('notifications').find({ type: 'assigned' }).toArray()
  return compare('notifications', { must: handed(log).filter(h => !gone.has(h.person)).map(h => `${h.eventId} to ${h.person}`) }, rows.filter(r => !gone.has(r.userId)).map(r => `${r.eventId} to ${r.userId}`))
})

const Mails = z.array(z.object({ subject: z.string(), headers: z.object({ 'message-id': z.string() }), to: z.array(z.object({ address: z.string() })) }))
export type MailCheck = { missing: string[]; twice: string[]; delivered: number; distinct: number }

/** Each of them gets one mail. A mail that left again after a crash is the same one to its reader: it has the same Message-ID. */
export const checkMails = async (url: string, log: ProducerLog, addresses: ReadonlyMap<string, string>): Promise<MailCheck> => {
  const mails = Mails.parse(await (await fetch(`${url}/api/email`)).json())
  const distinct = [...new Map(mails.map(mail => [mail.headers['message-id'], mail])).values()]
  const wanted = handed(log).flatMap(({ person, title }) => { const address = addresses.get(person); return address === undefined ? [] : [{ address: address.toLowerCase(), title }] })
  const times = wanted.map(({ address, title }) => ({ what: `mail: "${title}" to ${address}`, n: distinct.filter(m => m.subject.includes(`“${title}”`) && m.to.some(t => t.address.toLowerCase() === address)).length }))
  return { missing: times.filter(t => t.n === 0).map(t => t.what), twice: times.filter(t => t.n > 1).map(t => t.what), delivered: mails.length, distinct: distinct.length }
}
