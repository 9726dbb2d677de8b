import { shortLivedMap } from '../../short-lived.ts'
import { storeAway } from '../../unavailable.ts'
import { backOff, pause, within } from '../../waiting.ts'
import type { Logger } from '../../observe/log.ts'
import type { StoredDocument, Tombstone } from '../store/store.ts'

type Waiting<D> = { document: D | Tombstone; fresh: boolean; stored: PromiseWithResolvers<void> }
export type WriteBehindOptions<D> = {
  put: (documents: readonly (D | Tombstone)[], fresh: boolean) => Promise<void>
  isTransient: (error: unknown) => boolean
  logger: Logger
}
const BATCH = 200
const SETTLE_MS = 4_500
/** Under load batches grow while this passes: a write costs the store far more than a document of it. Who waits for a document ends the pause. */
const PACE_MS = 200
/** Before the first: what everybody waits for, the position and the event, is with the store and the broker by then, and had them for itself. */
const FIRST_MS = 20

/** Collects documents and writes the newest of each in batches, one batch at a time. */
export const writeBehind = <D extends StoredDocument>({ put, isTransient, logger }: WriteBehindOptions<D>) => {
  const waiting = shortLivedMap<string, Waiting<D>>()
  let underWay: readonly Waiting<D>[] = []
  const retry = backOff({ first: 20, most: 2_000 })
  let flushing: Promise<void> | undefined
  let wanted = Promise.withResolvers<void>()
  let hold: PromiseWithResolvers<void> | undefined

  const write = async (batch: readonly Waiting<D>[], fresh: boolean): Promise<void> => {
    const some = batch.filter(w => w.fresh === fresh)
    if (some.length === 0) return
    await put(some.map(w => w.document), fresh)
    for (const { stored } of some) stored.resolve()
  }
  /** One document that the store will not have must not hold up the others. */
  const single = async (batch: readonly Waiting<D>[]): Promise<void> => {
    for (const entry of batch) {
      await put([entry.document], entry.fresh).then(entry.stored.resolve, (error: unknown) => {
        logger.error({ error, id: entry.document._id }, 'a document of a view could not be stored')
        entry.stored.reject(error)
      })
    }
  }
  const rest = async (ms: number): Promise<void> => {
    await Promise.race([pause(ms), wanted.promise])
    wanted = Promise.withResolvers<void>()
  }
  const flush = async (): Promise<void> => {
    await rest(FIRST_MS)
    while (waiting.size > 0) {
      if (hold) { await hold.promise; continue }
      const batch = [...waiting.values()].slice(0, BATCH)
      for (const { document } of batch) waiting.delete(document._id)
      underWay = batch
      for (let done = false; !done;) {
        try {
          await Promise.all([write(batch, true), write(batch, false)])
          done = true
        } catch (error) {
          if (!isTransient(error)) { await single(batch); done = true; continue }
          logger.warn({ error, waiting: waiting.size + batch.length }, 'a view waits for the store')
          await retry.wait()
        }
      }
      underWay = []
      retry.reset()
      if (waiting.size < BATCH) await rest(PACE_MS)
    }
  }

  return {
    /** Resolves when this version, or a newer one, is stored. */
    add: (document: D | Tombstone): Promise<void> => {
      const known = waiting.get(document._id)
      const entry = known ?? { document, fresh: document.version === 1, stored: Promise.withResolvers<void>() }
      if (!known) waiting.set(document._id, entry)
      else if (known.document.version < document.version) known.document = document
      flushing ??= flush().finally(() => { flushing = undefined })
      return entry.stored.promise
    },
    /** This version, or a newer one, is going to be written, and is not being written yet. */
    waits: ({ _id, version }: StoredDocument): boolean => (waiting.get(_id)?.document.version ?? 0) >= version,
    /** No write begins while `work` runs; what is added meanwhile waits. */
    heldWhile: async <T>(work: () => Promise<T>): Promise<T> => {
      while (hold) await hold.promise
      const mine = hold = Promise.withResolvers<void>()
      try { return await work() } finally {
        hold = undefined
        mine.resolve()
      }
    },
    /** Resolves when all that was added before is stored, or was refused for good; what is added meanwhile is not waited for. */
    settled: async (): Promise<void> => {
      const before = [...underWay, ...waiting.values()].map(({ stored }) => stored.promise)
      wanted.resolve()
      if (before.length > 0) await within(Promise.allSettled(before), SETTLE_MS, storeAway)
    },
  }
}
