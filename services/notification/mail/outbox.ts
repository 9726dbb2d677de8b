import type { Mail } from '../../shared/contracts/notification/mails.ts'
import type { Clock } from '../../shared/kit/clock.ts'
import { derivedId } from '../../shared/kit/ids.ts'
import type { Logger } from '../../shared/kit/observe/log.ts'
import type { MailRow, Tables } from '../store/rows.ts'
import type { MailQueue } from './queue.ts'

export type Outbox = {
  /** Keeps a mail that a service asks for; the same `dedupeId` is the same mail. */
  ask(mail: Mail): Promise<string>
  /** Fills the queue soon; never fails, never waits. */
  wake(): void
  /** Puts into the queue what waits and is not in it. */
  sweep(): Promise<void>
  start(): void
  stop(): Promise<void>
  waiting(): Promise<number>
}

const batch = 1_000

/** Mails wait in the document store, and the queue is filled from there: without Redis nothing is lost, only later. */
export const outbox = ({ mails, queue, clock, logger, everyMs = 15_000 }: { mails: Tables['mails']; queue: Pick<MailQueue, 'add' | 'size'>; clock: Clock; logger: Logger; everyMs?: number }): Outbox => {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let again = false
  const fill = async (): Promise<void> => {
    if (await queue.size() >= await mails.count({ state: 'waiting' })) return
    let after = ''
    for (;;) {
      const rows = await mails.find({ state: 'waiting', _id: { $gt: after } }, { sort: { _id: 1 }, limit: batch })
      await queue.add(rows.map(row => row._id))
      if (rows.length < batch) return
      after = rows.at(-1)?._id ?? ''
    }
  }
  const sweep = (): Promise<void> => {
    if (running) { again = true; return running }
    running = fill().finally(() => { running = undefined; if (again) { again = false; wake() } })
    return running
  }
  const wake = (): void => { sweep().catch((error: unknown) => { logger.warn({ error }, 'mails wait until the queue is back') }) }
  return {
    wake, sweep,
    ask: async mail => {
      const row: MailRow = { _id: derivedId('mail', mail.organizationId ?? '-', mail.template, mail.dedupeId), organizationId: mail.organizationId, userId: null, actorId: null, asked: mail, state: 'waiting', reason: null, createdAt: clock.now(), doneAt: null }
      await mails.insert([row])
      wake()
      return row._id
    },
    start: () => { wake(); timer = setInterval(wake, everyMs) },
    stop: async () => { clearInterval(timer); await running?.catch(() => undefined) },
    waiting: () => mails.count({ state: 'waiting' }),
  }
}
