import type { Api, Operation } from '../../contracts/define.ts'
import type { Answer, Call, Handlers } from './call.ts'

/** One operation with what answers it. `run` takes a call that went through this operation's own schemas. */
export type Route = { name: string; operation: Operation; run: (call: Call) => Promise<Answer> }
/** The operations of a service that can be mounted; `runService` and `testServer` do it. */
export type Routes = readonly Route[]

/** Joins a contract and its handlers. A missing handler, or one that answers another shape, does not compile. */
export const serve = <const A extends Api>(api: A, handlers: Handlers<A>): Routes =>
  Object.entries(api).map(([name, operation]) => {
    const handler: unknown = handlers[name]
    if (!isRun(handler)) throw new Error(`operation ${name} has no handler`)
    return { name, operation, run: handler }
  })

// The one place where a handler's own call type is forgotten: `mount` parses each call by the same operation's schemas before it runs.
const isRun = (handler: unknown): handler is Route['run'] => typeof handler === 'function'
