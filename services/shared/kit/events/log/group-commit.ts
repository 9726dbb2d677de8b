import { Refused } from '../../decider.ts'
import { VersionConflict, type Commit } from './commit.ts'
import { storeAway } from '../../unavailable.ts'
import { pause, within } from '../../waiting.ts'
import type { CommitStore } from '../store/store.ts'

type Waiting = {
  commit: Commit
  until: number
  /** A try of it failed. */
  tried: boolean
  /** A try got no answer, and may arrive yet. */
  uncertain: boolean
  /** Has its answer. */
  done: boolean
  resolve: () => void
  reject: (error: Error) => void
}

export type GroupCommitOptions = {
  store: Pick<CommitStore, 'append' | 'findCommit' | 'isTransient'>
  /** Called when a commit was refused although it may still arrive at the store. */
  onUncertain: (commit: Commit) => void
  /** A caller waits no longer than this. */
  patienceMs?: number
  /** Inserts under way at once. */
  lanes?: number
}

const BATCH = 256
/** Between two tries: whoever comes while all lanes wait for the store waits so long for one that is back. */
const LONGEST_WAIT_MS = 100

/** Appends of this process share inserts: what arrives in one turn, or while the inserts under way take all places, goes out together. */
export const groupCommit = ({ store, onUncertain, patienceMs = 4_500, lanes = 2 }: GroupCommitOptions) => {
  const queue: Waiting[] = []
  let busy = 0
  let due = false

  const settle = async (entry: Waiting, result: 'inserted' | 'taken'): Promise<void> => {
    // Taken by ourselves, when an earlier try arrived without our hearing of it.
    const mine = result === 'inserted' || (entry.tried && (await store.findCommit(entry.commit.id))?.hash === entry.commit.hash)
    entry.done = true
    if (mine) entry.resolve()
    else entry.reject(new VersionConflict(entry.commit.id))
  }
  const giveUp = (entry: Waiting): void => {
    if (entry.tried) onUncertain(entry.commit)
    entry.reject(storeAway())
  }
  /** Sends a batch until every entry has its answer or its caller has waited long enough. */
  const send = async (batch: Waiting[]): Promise<void> => {
    let left = batch
    for (let wait = 20; left.length > 0; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      const now = performance.now()
      left = left.filter(e => !e.done)
      for (const late of left.filter(e => e.until <= now)) giveUp(late)
      left = left.filter(e => e.until > now)
      const first = left[0]
      if (!first) return
      try {
        const until = first.until - now
        const results = await within(store.append(left.map(e => e.commit)), until, storeAway)
        await within(Promise.all(left.map((entry, i) => settle(entry, results[i] ?? 'taken'))), until, storeAway)
        return
      } catch (error) {
        for (const entry of left) entry.tried = true
        if (!store.isTransient(error) && !(error instanceof Refused)) { await single(left.filter(e => !e.done), error); return }
        for (const entry of left) entry.uncertain = true
        await pause(wait)
      }
    }
  }
  /** One bad commit must not take the others with it. */
  const single = async (batch: Waiting[], error: unknown): Promise<void> => {
    if (batch.length > 1) for (const entry of batch) await send([entry])
    else for (const { commit, uncertain, reject } of batch) {
      if (uncertain) onUncertain(commit)
      reject(error instanceof Error ? error : new Error(String(error)))
    }
  }
  const pump = (): void => {
    while (busy < lanes && queue.length > 0) {
      busy++
      void send(queue.splice(0, BATCH)).finally(() => { busy--; pumpSoon() })
    }
  }
  /** A turn later: those whose answers came together come again together, and the first of them must not leave alone. */
  const pumpSoon = (): void => {
    if (due) return
    due = true
    setImmediate(() => { due = false; pump() })
  }

  return (commit: Commit): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    queue.push({ commit, until: performance.now() + patienceMs, tried: false, uncertain: false, done: false, resolve, reject })
    pumpSoon()
    return promise
  }
}
