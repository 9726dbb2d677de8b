import { shortLivedSet } from '../../shared/kit/short-lived.ts'

/** Calls `late` when it is `at` by the monotonic clock, ms, unless the returned function was called before. */
export type Deadlines = (at: number, late: () => void) => () => void

/**
 * Many deadlines that are seldom missed, at most `everyMs` late. One timer for all of them:
 * one for each request would cost more than anything else that is done for it here.
 */
export const deadlines = (everyMs = 50): Deadlines => {
  const ahead = shortLivedSet<{ at: number; late: () => void }>()
  let timer: NodeJS.Timeout | undefined
  const look = (): void => {
    const now = performance.now()
    for (const deadline of ahead.values()) {
      if (deadline.at > now) continue
      ahead.delete(deadline)
      deadline.late()
    }
    timer = ahead.size > 0 ? setTimeout(look, everyMs) : undefined
  }
  return (at, late) => {
    const deadline = { at, late }
    ahead.add(deadline)
    timer ??= setTimeout(look, everyMs)
    return () => { ahead.delete(deadline) }
  }
}
