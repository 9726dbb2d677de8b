import type { Clock } from '../../shared/kit/clock.ts'
import { quietUntil } from '../inbox/quiet-hours.ts'
import type { PreferencesOf } from '../inbox/preferences-store.ts'
import type { MailRow, Tables } from '../store/rows.ts'
import type { Directory } from './directory.ts'
import type { Outcome } from './queue.ts'
import { Rejected, type Letter, type Smtp } from './smtp.ts'
import { aboutNotification, asked, type Site } from './templates.ts'

export type SendDeps = { mails: Tables['mails']; directory: Directory; preferencesOf: PreferencesOf; smtp: Pick<Smtp, 'send'>; clock: Clock; site: Site }

/** Sends one waiting mail. Who it goes to is asked now, not kept: it goes to today's address, and to nobody who has left. */
export const sender = ({ mails, directory, preferencesOf, smtp, clock, site }: SendDeps) => {
  // What a mail said goes as soon as it is done; that it was sent stays.
  const close = async (row: MailRow, state: 'sent' | 'dropped' | 'failed', reason: string | null = null): Promise<void> => {
    await mails.set({ _id: row._id, state: 'waiting' }, { state, reason, doneAt: clock.now(), told: undefined, asked: undefined })
  }
  const compose = async (row: MailRow): Promise<Letter | { notBefore: string } | undefined> => {
    if (row.asked) return { id: row._id, to: row.asked.to, ...asked(row.asked, site) }
    const { organizationId, userId, actorId, told } = row
    if (!told || organizationId === null || userId === null) return undefined
    const contact = await directory.contact(organizationId, userId)
    if (!contact) return undefined
    const { quietHours, timezone } = await preferencesOf({ organizationId, userId })
    const notBefore = quietUntil(clock.now(), quietHours, timezone ?? contact.timezone)
    if (notBefore !== undefined) return { notBefore }
    const actor = actorId === null ? undefined : await directory.name(organizationId, actorId)
    return { id: row._id, to: { name: contact.name, address: contact.email }, ...aboutNotification(told, { name: contact.name, actor }, site) }
  }
  return {
    send: async (mailId: string): Promise<Outcome> => {
      const row = await mails.one({ _id: mailId })
      if (row?.state !== 'waiting') return 'done'
      const letter = await compose(row)
      if (!letter) { await close(row, 'dropped', 'the recipient has no address any more'); return 'done' }
      if ('notBefore' in letter) return letter
      try {
        await smtp.send(letter)
      } catch (error) {
        if (error instanceof Rejected) return { giveUp: error.message }
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
