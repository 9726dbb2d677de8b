/** Real time, whatever clock the domain runs on: waiting for input and output is never simulated. */
export const pause = (ms: number): Promise<void> => new Promise(resolve => { setTimeout(resolve, ms) })

/**
 * Waits until the next tick of a clock that all of the process share: who waits for it wakes together with others,
 * and can share what comes next. It ticks every `ms`.
 */
export const untilNextTick = (ms: number): Promise<void> => pause(ms - performance.now() % ms)

/** The result of `work`, or a throw of `late()` when it takes longer than `ms`. The work itself is not stopped. */
export const within = <T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> => new Promise((resolve, reject) => {
  const timer = setTimeout(() => { reject(late()) }, Math.max(0, ms))
  // Not a race, which costs twice as much: each event and each store command comes through here.
  work.then(result => { clearTimeout(timer); resolve(result) }, (error: unknown) => { clearTimeout(timer); reject(error) })
})

/** Whether `work` ends within `ms`; if not, it goes on all the same. What it throws in time is thrown. */
export const endsWithin = async (work: Promise<unknown>, ms: number): Promise<boolean> => {
  const late = Promise.withResolvers<false>()
  const id = setTimeout(() => { late.resolve(false) }, ms)
  try { return await Promise.race([work.then(() => true), late.promise]) } finally { clearTimeout(id) }
}

/** The items one at a time, each within `ms` of being asked for, or a throw of `late()`. */
export async function* eachWithin<T>(items: AsyncIterable<T>, ms: number, late: () => Error): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]()
  try {
    for (let step = await within(iterator.next(), ms, late); !step.done; step = await within(iterator.next(), ms, late)) yield step.value
  } finally {
    // Not awaited: one that is stuck does not end either.
    iterator.return?.().catch(() => {})
  }
}

/** Waits between tries: each longer than the one before, with jitter, so that many who wait do not come back at once. */
export const backOff = ({ first = 50, most = 5_000 }: { first?: number; most?: number } = {}) => {
  let ms = first
  return {
    wait: async (): Promise<void> => {
      await pause(ms * (0.5 + Math.random() / 2))
      ms = Math.min(ms * 2, most)
    },
    reset: (): void => { ms = first },
  }
}
