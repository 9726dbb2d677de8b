import { vi } from 'vitest'

/** From now on time passes only when a test lets it, so that no stall of the machine counts as waiting; `vi.useRealTimers()` ends that. */
export const holdTime = (): void => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }) }

/** Lets time pass, a little at a time, until the work has ended; its result. */
export const whileTimePasses = async <T>(work: Promise<T>): Promise<T> => {
  let ended = false
  const end = (): void => { ended = true }
  work.then(end, end)
  while (!ended) await vi.advanceTimersByTimeAsync(5)
  return work
}
