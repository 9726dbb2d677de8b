import { z } from 'zod'
import { over, type Telling } from '../check/told.ts'

const Mails = z.array(z.object({ subject: z.string(), headers: z.object({ 'message-id': z.string() }), to: z.array(z.object({ address: z.string() })) }))
export type MailCheck = { missing: string[]; twice: string[]; phantom: string[]; delivered: number; distinct: number }
/** Whose mailboxes are looked at: their addresses by id, and those that were invited; of the others only the invitation. Mails of `away` projects may wait. */
export type Mailboxes = { addresses: ReadonlyMap<string, string>; invited: readonly string[]; away: ReadonlySet<string> }

const counted = (all: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1)
  return counts
}
const INVITATION = 'an invitation'
const named = (subject: string, address: string): string => `mail: ${/ invites you to /.test(subject) ? INVITATION : subject} to ${address.toLowerCase()}`

/** What is news by mail gets one, and so does an invitation. A mail that left again after a crash is the same one to its reader: it has the same Message-ID. */
export const checkMails = async (url: string, told: readonly Telling[], { addresses, invited, away }: Mailboxes): Promise<MailCheck> => {
  const mails = Mails.parse(await (await fetch(`${url}/api/email`)).json())
  const distinct = [...new Map(mails.map(mail => [mail.headers['message-id'], mail])).values()]
  const own = new Set([...addresses.values()].map(address => address.toLowerCase()))
  const drafts = told.flatMap(telling => over('email', telling))
  const dueOf = (some: typeof drafts): Map<string, number> => counted([
    ...some.flatMap(({ userId, title }) => {
      const address = addresses.get(userId)
      return address === undefined ? [] : [named(title, address)]
    }),
    ...invited.map(address => `mail: ${INVITATION} to ${address.toLowerCase()}`),
  ])
  const due = dueOf(drafts)
  const certain = dueOf(drafts.filter(({ projectId }) => projectId === null || !away.has(projectId)))
  const found = counted(distinct.flatMap(({ subject, to }) => to.map(({ address }) => ({ what: named(subject, address), address: address.toLowerCase() }))
    .filter(({ what, address }) => own.has(address) || due.has(what)).map(({ what }) => what)))
  return {
    missing: [...certain].filter(([what, n]) => (found.get(what) ?? 0) < n).map(([what]) => what),
    twice: [...found].filter(([what, n]) => due.has(what) && n > (due.get(what) ?? 0)).map(([what, n]) => `${what} (${n} times)`),
    phantom: [...found.keys()].filter(what => !due.has(what)),
    delivered: mails.length, distinct: distinct.length,
  }
}
