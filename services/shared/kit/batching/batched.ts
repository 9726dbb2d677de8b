import { isUnavailable } from '../unavailable.ts'

type Waiting<T, R> = { item: T; settle: PromiseWithResolvers<R> }

/**
 * Calls of one turn, and those that come while others are under way, go out together; each gets its own result.
 * One that fails does not take the others with it; an outage is everybody's.
 */
export const batched = <T, R>(run: (items: readonly T[]) => Promise<readonly R[]>, most = 16): ((item: T) => Promise<R>) => {
  const waiting: Waiting<T, R>[] = []
  let running = false

  const send = async (batch: readonly Waiting<T, R>[]): Promise<void> => {
    try {
      const results = await run(batch.map(w => w.item))
      for (const [i, { settle }] of batch.entries()) {
        const result = results[i]
        if (result === undefined) settle.reject(new Error('a batched call got no result'))
        else settle.resolve(result)
      }
    } catch (error) {
      if (isUnavailable(error)) for (const { settle } of batch) settle.reject(error)
      else if (batch.length > 1) for (const one of batch) await send([one])
      else batch[0]?.settle.reject(error)
    }
  }
  const pump = async (): Promise<void> => {
    while (waiting.length > 0) await send(waiting.splice(0, most))
    running = false
  }
  return item => {
    const settle = Promise.withResolvers<R>()
    waiting.push({ item, settle })
    if (!running) { running = true; setImmediate(() => { void pump() }) }
    return settle.promise
  }
}
