import { shortLivedSet } from '../../../shared/kit/short-lived.ts'

/** Runs the work when it is its turn; who would wait too long for it is refused with `late()`. */
export type WaitingRoom = { <T>(work: () => Promise<T>): Promise<T>; /** Whether nobody would have to wait. */ isFree(): boolean }
export type WaitingRoomOptions = { atOnce: number; most: number; patienceMs: number; late: () => Error }

/** Serves `atOnce` side by side. Of the others `most` wait, in the order in which they came, and none of them longer than `patienceMs`. */
export const waitingRoom = ({ atOnce, most, patienceMs, late }: WaitingRoomOptions): WaitingRoom => {
  const waiting = shortLivedSet<PromiseWithResolvers<void>>()
  let served = 0

  const isFree = (): boolean => served < atOnce
  const enter = async (): Promise<void> => {
    if (isFree()) { served++; return }
    if (waiting.size >= most) throw late()
    const turn = Promise.withResolvers<void>()
    waiting.add(turn)
    const timer = setTimeout(() => { waiting.delete(turn); turn.reject(late()) }, patienceMs)
    try { await turn.promise } finally { clearTimeout(timer) }
  }
  const leave = (): void => {
    const [next] = waiting
    if (!next) { served--; return }
    // The place is his.
    waiting.delete(next)
    next.resolve()
  }
  const room = async <T>(work: () => Promise<T>): Promise<T> => {
    await enter()
    try { return await work() } finally { leave() }
  }
  return Object.assign(room, { isFree })
}
