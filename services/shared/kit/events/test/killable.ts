/** A process that can be killed: nothing that it asks of what it was given `only` arrives any more. `before` and `after` count its calls and may kill it at one of them. */
export const killable = ({ before, after }: { before?: number; after?: number } = {}) => {
  let dead = false
  let calls = 0
  const death = Promise.withResolvers<void>()
  const die = (): void => { dead = true; death.resolve() }
  const never = new Promise<never>(() => {})
  const guarded = async (call: () => unknown): Promise<unknown> => {
    const n = calls++
    if (n === before) die()
    if (dead) return never
    const result = await call()
    if (n === after) die()
    return dead ? never : result
  }
  const bitByBit = async function* (call: () => unknown): AsyncGenerator<unknown> {
    const items = await guarded(call)
    if (isAsyncIterable(items)) for await (const item of items) yield await guarded(() => item)
  }
  return {
    kill: die,
    died: death.promise,
    alive: (): boolean => !dead,
    only: <T extends object>(target: T): T => new Proxy(target, {
      get: (it, name) => {
        const value: unknown = Reflect.get(it, name)
        if (typeof value !== 'function' || name === 'isTransient' || name === 'documents') return value
        const answer = name === 'readPage' ? bitByBit : guarded
        return (...args: unknown[]) => answer(() => Reflect.apply(value, it, args))
      },
    }),
  }
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> => typeof value === 'object' && value !== null && Symbol.asyncIterator in value
