import { LRUCache } from 'lru-cache'
import type { Clock } from '../../shared/kit/clock.ts'
import { backOff } from '../../shared/kit/waiting.ts'
import type { Insiders } from '../inbox/audience.ts'
import type { HiddenProjects } from '../inbox/hidden-projects.ts'
import { channelsFor } from '../inbox/preferences.ts'
import { quietUntil } from '../inbox/quiet-hours.ts'
import { timesInWords } from '../inbox/times-in-words.ts'
import type { PreferencesOf } from '../inbox/preferences-store.ts'
import type { MailRow, Tables } from '../store/rows.ts'
import { joined, type Directory } from './directory.ts'
import type { Later, Outcome } from './queue.ts'
import { MailRefused, RecipientRejected, type Letter, type Smtp } from './smtp.ts'
import { aboutNotification, asked, type Site } from './templates.ts'

export type SendDeps = {
  mails: Tables['mails']; directory: Directory; preferencesOf: PreferencesOf; insiders: Insiders; isHidden: HiddenProjects['isHidden']
  smtp: Pick<Smtp, 'send'>; clock: Clock; site: Site
  /** A mail that the server does not take is shown to it again after so long, and then after as long as it has been refused, up to half an hour. */
  refusedMs?: number
}
type Dropped = { dropped: string }

// Behind a mail that waits for an answer may be one that somebody waits for: it makes room, and looks again later.
const graceMs = 250
const again = { afterMs: 2_000 }
// A deleted project may be restored for days, most are at once: its mails wait as long again as they have waited, and as long as mails do.
const whileHidden = (waitedMs: number): Later => ({ afterMs: Math.min(Math.max(waitedMs, 5_000), 10 * 60_000) })
const longestRefusedMs = 30 * 60_000
// As long as mail servers try (RFC 5321 4.5.4.1): an outage may last from Friday to Tuesday.
const giveUpMs = 5 * 86_400_000
const late = Symbol('late')

const inGrace = <T>(answer: Promise<T>): Promise<T | typeof late> => {
  const grace = Promise.withResolvers<typeof late>()
  const timer = setTimeout(() => { grace.resolve(late) }, graceMs)
  return Promise.race([answer, grace.promise]).finally(() => { clearTimeout(timer) })
}

/**
 * Sends one waiting mail. Who it goes to is asked now, not kept: it goes to today's address, and to nobody who has left the organization or
 * the project, or has switched such mails off.
 */
export const sender = ({ mails, directory, preferencesOf, insiders, isHidden, smtp, clock, site, refusedMs = 60_000 }: SendDeps) => {
  // An answer that comes too late for one look is there at the next. Each mail asks for itself: who may see the project now may not have been
  // let in when another was asked about.
  const admissions = new LRUCache<string, ReturnType<Insiders>>({ max: 5_000, ttl: 30_000 })
  // What a mail said goes as soon as it is done; that it was sent stays.
  const close = async (row: MailRow, state: 'sent' | 'dropped' | 'failed', reason: string | null = null): Promise<void> => {
    await mails.set({ _id: row._id, state: 'waiting' }, { state, reason, doneAt: clock.now(), told: undefined, asked: undefined })
  }
  /** It has left, and would leave again if this threw: only the mark is tried again. */
  const markSent = async (row: MailRow): Promise<void> => {
    const tries = backOff()
    for (;;) {
      try { await close(row, 'sent'); return } catch { await tries.wait() }
    }
  }
  const compose = async (row: MailRow, waitedMs: number): Promise<Letter | Later | Dropped> => {
    if (row.asked && row.asked.data.expiresAt <= clock.now()) return { dropped: 'what it is about has run out' }
    // Somebody waits for it, whatever he chose to be told otherwise.
    if (row.asked) return { id: row._id, to: row.asked.to, ...asked(row.asked, site) }
    const { organizationId, userId, actorId, told } = row
    if (!told || organizationId === null || userId === null) return { dropped: 'it tells nobody anything' }
    const contact = await inGrace(directory.contact(organizationId, userId))
    if (contact === late) return again
    if (!contact) return { dropped: 'the recipient has no address any more' }
    const preferences = await preferencesOf({ organizationId, userId })
    if (!channelsFor(preferences, told.type, told.projectId).email) return { dropped: 'the recipient has switched such mails off' }
    const timezone = preferences.timezone ?? contact.timezone
    const now = clock.now()
    const quietEnd = quietUntil(now, preferences.quietHours, timezone)
    if (quietEnd !== undefined) return { afterMs: Date.parse(quietEnd) - Date.parse(now) }
    const { projectId } = told
    if (projectId !== null && await isHidden({ organizationId, projectId }))
      return waitedMs > giveUpMs ? { dropped: 'its project was deleted' } : whileHidden(waitedMs)
    const inside = projectId === null ? undefined : await inGrace(joined(admissions, row._id, () => insiders(organizationId, projectId, [userId])))
    if (inside === late) return again
    if (inside && !inside.has(userId)) return { dropped: 'the recipient may not see the project any more' }
    const actor = actorId === null ? undefined : await inGrace(directory.name(organizationId, actorId))
    if (actor === late) return again
    const words = { ...told, body: timesInWords(told.body, timezone) }
    return { id: row._id, to: { name: contact.name, address: contact.email }, ...aboutNotification(words, { name: contact.name, actor }, site) }
  }
  /** What becomes of a mail that the mail server did not take. */
  const notSent = (error: unknown, waitedMs: number, refusedForMs: number): Outcome => {
    if (error instanceof RecipientRejected) return { giveUp: error.message }
    if (waitedMs > giveUpMs) return { giveUp: error instanceof MailRefused ? error.message : 'it could not be sent for five days' }
    // It is no outage, or one mail that nobody takes would hold up all the others.
    if (error instanceof MailRefused) return { afterMs: Math.min(Math.max(refusedMs, refusedForMs), longestRefusedMs), refused: true }
    throw error
  }
  const sendOnce = async (mailId: string, waitedMs: number, refusedForMs: number): Promise<Outcome> => {
    const row = await mails.one({ _id: mailId })
    if (row?.state !== 'waiting') return 'done'
    const letter = await compose(row, waitedMs)
    if ('dropped' in letter) { await close(row, 'dropped', letter.dropped); return 'done' }
    if ('afterMs' in letter) return letter
    try { await smtp.send(letter) } catch (error) { return notSent(error, waitedMs, refusedForMs) }
    await markSent(row)
    return 'done'
  }
  // The queue gives a job to another slot, too, when Redis was away for longer than its lock holds.
  const underWay = new Set<string>()
  return {
    /** `waitedMs`: since it came into the queue; `refusedForMs`: since the server first refused it. Throws what may be tried again soon. */
    send: async (mailId: string, waitedMs: number, refusedForMs: number): Promise<Outcome> => {
      if (underWay.has(mailId)) return again
      underWay.add(mailId)
      try { return await sendOnce(mailId, waitedMs, refusedForMs) } finally { underWay.delete(mailId) }
    },
    lost: async (mailId: string, reason: string): Promise<void> => {
      const row = await mails.one({ _id: mailId })
      if (row) await close(row, 'failed', reason)
    },
  }
}
