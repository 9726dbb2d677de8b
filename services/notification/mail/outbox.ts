import type { Mail, MailName } from '../../shared/contracts/notification/mails.ts'
import type { Clock } from '../../shared/kit/clock.ts'
import { derivedId } from '../../shared/kit/ids.ts'
import type { Logger } from '../../shared/kit/observe/log.ts'
import { repeatedly } from '../../shared/kit/repeatedly.ts'
import type { MailRow, Tables } from '../store/rows.ts'
import type { MailQueue, Queued } from './queue.ts'

export type Outbox = {
  /** Keeps a mail that a service asks for; the same `dedupeId` is the same mail. */
  ask(mail: Mail): Promise<string>
  /** Takes a mail back that has not left; one that is asked for only now does not leave either. */
  drop(mail: MailName): Promise<void>
  /** Puts mails that tell people something, and are kept, into the queue, soon; never fails, never waits. One that has left leaves no second time. */
  push(mailIds: readonly string[]): void
  /** Puts into the queue what waits and is not in it. */
  sweep(): Promise<void>
  start(): void
  stop(): Promise<void>
  waiting(): Promise<number>
}
export type OutboxOptions = { mails: Tables['mails']; queue: Pick<MailQueue, 'add' | 'size'>; clock: Clock; logger: Logger; everyMs?: number }

const batch = 1_000
const idOf = ({ organizationId, template, dedupeId }: MailName): string => derivedId('mail', organizationId ?? '-', template, dedupeId)

/** Mails wait in the document store, and the queue is filled from there: without Redis nothing is lost, only later. */
export const outbox = ({ mails, queue, clock, logger, everyMs = 15_000 }: OutboxOptions): Outbox => {
  let fresh: Queued[] = []
  let pushing: Promise<void> | undefined
  // Nobody knows what the process before this one could not push.
  let missed = true
  const later = (error: unknown): void => { logger.warn({ error }, 'mails wait until the queue is back') }

  const flush = async (): Promise<void> => {
    while (fresh.length) {
      await queue.add(fresh.splice(0, batch))
    }
  }
  const queueSoon = (queued: readonly Queued[]): void => {
    fresh.push(...queued)
    // What could not be pushed is still in the store, where the sweep finds it.
    pushing ??= flush().catch((error: unknown) => { fresh = []; missed = true; later(error) }).finally(() => { pushing = undefined })
  }
  /** More waits than is in the queue, or was while it was counted. Where mails were erased it may never be more: their jobs stay until their time comes. */
  const isBehind = async (before: number): Promise<boolean> => {
    const waiting = await mails.count({ state: 'waiting' })
    return waiting > before && waiting > await queue.size()
  }
  const sweep = async (): Promise<void> => {
    // What is on its way into the queue is not missing there.
    await pushing
    const before = await queue.size()
    if (!missed && !await isBehind(before)) return
    missed = false
    try {
      for await (const rows of mails.scan({ state: 'waiting' }, batch)) await queue.add(rows.map(row => ({ id: row._id, awaited: row.asked !== undefined })))
    } catch (error) {
      missed = true
      throw error
    }
  }
  const sweeps = repeatedly(() => sweep().catch(later), () => everyMs)
  return {
    push: mailIds => { queueSoon(mailIds.map(id => ({ id, awaited: false }))) },
    sweep,
    ask: async mail => {
      const row: MailRow = {
        _id: idOf(mail), organizationId: mail.organizationId, userId: mail.userId ?? null, actorId: null, asked: mail,
        state: 'waiting', reason: null, createdAt: clock.now(), doneAt: null,
      }
      const isNew = (await mails.insert([row])).length > 0
      // It may have been kept before without anybody hearing so.
      if (isNew || (await mails.one({ _id: row._id }))?.state === 'waiting') queueSoon([{ id: row._id, awaited: true }])
      return row._id
    },
    drop: async mail => {
      const [_id, now] = [idOf(mail), clock.now()]
      const dropped = { state: 'dropped', reason: 'it was taken back', doneAt: now } as const
      const row: MailRow = { _id, organizationId: mail.organizationId, userId: null, actorId: null, createdAt: now, ...dropped }
      if ((await mails.insert([row])).length === 0) await mails.set({ _id, state: 'waiting' }, { ...dropped, asked: undefined })
    },
    start: () => { sweep().catch(later); sweeps.start() },
    stop: async () => { sweeps.stop(); await pushing },
    waiting: () => mails.count({ state: 'waiting' }),
  }
}
