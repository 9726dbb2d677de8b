import { vi } from 'vitest'

/** From now on time passes only when a test lets it, so that no stall of the machine counts as waiting; `vi.useRealTimers()` ends that. */
export const holdTime = (): void => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }) }

const STEP_MS = 5
const MOST_MS = 600_000

/** Lets time pass, a little at a time, until the work has ended; its result. */
export const whileTimePasses = async <T>(work: Promise<T>): Promise<T> => {
  let ended = false
  const end = (): void => { ended = true }
  work.then(end, end)
  // A test that has run out of time gives the real one back, and nobody is to turn its clock for ever.
  for (let passed = 0; !ended && vi.isFakeTimers(); passed += STEP_MS) {
    if (passed >= MOST_MS) throw new Error(`did not end within ${MOST_MS} ms of held time`)
    await vi.advanceTimersByTimeAsync(STEP_MS)
  }
  return work
}
