/** Runs the work for every item, at most `width` at a time, and keeps the order of the results. The first error is thrown once all have ended. */
export const inParallel = async <T, R>(items: readonly T[], width: number, work: (item: T, index: number) => Promise<R>): Promise<R[]> => {
  const results = new Map<number, R>()
  const errors: unknown[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++
      const item = items[index]
      if (item === undefined) continue
      try { results.set(index, await work(item, index)) } catch (error) { errors.push(error) }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
  if (errors.length > 0) throw errors[0]
  return items.flatMap((_, index) => { const result = results.get(index); return result === undefined ? [] : [result] })
}

/** Lets at most `width` pieces of work run at a time; the others wait in line. */
export const limited = (width: number) => {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= width) await new Promise<void>(resolve => { waiting.push(resolve) })
    else running++
    try {
      return await work()
    } finally {
      // The place goes to the next in line, if there is one.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
