import type { Clock } from '../../shared/kit/clock.ts'
import { quietUntil } from '../inbox/quiet-hours.ts'
import { timesInWords } from '../inbox/times-in-words.ts'
import type { PreferencesOf } from '../inbox/preferences-store.ts'
import type { MailRow, Tables } from '../store/rows.ts'
import type { Directory } from './directory.ts'
import type { Later, Outcome } from './queue.ts'
import { MailRefused, RecipientRejected, type Letter, type Smtp } from './smtp.ts'
import { aboutNotification, asked, type Site } from './templates.ts'

export type SendDeps = { mails: Tables['mails']; directory: Directory; preferencesOf: PreferencesOf; smtp: Pick<Smtp, 'send'>; clock: Clock; site: Site; /** A mail that the server does not take is shown to it again after so long. */ refusedMs?: number }

// Behind a mail that waits for an answer may be one that somebody waits for: it makes room, and looks again later.
const graceMs = 250
const again = { afterMs: 2_000 }
// Whoever runs the mail server has two days to let our mails through.
const refusedForMs = 2 * 86_400_000
const late = Symbol('late')

const inGrace = <T>(answer: Promise<T>): Promise<T | typeof late> => {
  const grace = Promise.withResolvers<typeof late>()
  const timer = setTimeout(() => { grace.resolve(late) }, graceMs)
  return Promise.race([answer, grace.promise]).finally(() => { clearTimeout(timer) })
}

/** Sends one waiting mail. Who it goes to is asked now, not kept: it goes to today's address, and to nobody who has left. */
export const sender = ({ mails, directory, preferencesOf, smtp, clock, site, refusedMs = 600_000 }: SendDeps) => {
  // What a mail said goes as soon as it is done; that it was sent stays.
  const close = async (row: MailRow, state: 'sent' | 'dropped' | 'failed', reason: string | null = null): Promise<void> => {
    await mails.set({ _id: row._id, state: 'waiting' }, { state, reason, doneAt: clock.now(), told: undefined, asked: undefined })
  }
  const compose = async (row: MailRow): Promise<Letter | Later | undefined> => {
    if (row.asked) return { id: row._id, to: row.asked.to, ...asked(row.asked, site) }
    const { organizationId, userId, actorId, told } = row
    if (!told || organizationId === null || userId === null) return undefined
    const contact = await inGrace(directory.contact(organizationId, userId))
    if (contact === late) return again
    if (!contact) return undefined
    const preferences = await preferencesOf({ organizationId, userId })
    const timezone = preferences.timezone ?? contact.timezone
    const notBefore = quietUntil(clock.now(), preferences.quietHours, timezone)
    if (notBefore !== undefined) return { notBefore }
    const actor = actorId === null ? undefined : await inGrace(directory.name(organizationId, actorId))
    if (actor === late) return again
    const words = { ...told, body: timesInWords(told.body, timezone) }
    return { id: row._id, to: { name: contact.name, address: contact.email }, ...aboutNotification(words, { name: contact.name, actor }, site) }
  }
  return {
    send: async (mailId: string): Promise<Outcome> => {
      const row = await mails.one({ _id: mailId })
      if (row?.state !== 'waiting') return 'done'
      const letter = await compose(row)
      if (!letter) { await close(row, 'dropped', 'the recipient has no address any more'); return 'done' }
      if (!('id' in letter)) return letter
      try {
        await smtp.send(letter)
      } catch (error) {
        if (error instanceof RecipientRejected) return { giveUp: error.message }
        // It is no outage, or one mail that nobody wants would hold up all the others.
        if (error instanceof MailRefused) return Date.parse(clock.now()) - Date.parse(row.createdAt) > refusedForMs ? { giveUp: error.message } : { afterMs: refusedMs }
        throw error
      }
      await close(row, 'sent')
      return 'done'
    },
    lost: async (mailId: string, reason: string): Promise<void> => {
      const row = await mails.one({ _id: mailId })
      if (row) await close(row, 'failed', reason)
    },
  }
}
