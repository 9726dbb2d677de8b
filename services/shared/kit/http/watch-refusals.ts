import type { RouterContext } from '@koa/router'
import { refusalsOf } from '../../contracts/problem.ts'
import { Refused } from '../decider.ts'
import { statusOfKind } from './problem.ts'
import type { Route } from './serve.ts'

/** Hears of a refusal that the contract of its operation does not name: the documents would lie. */
export type OnUndocumentedRefusal = (operation: string, status: number, code: string) => void
// Said to services that call what they may not; nobody else can meet it.
const amongServices = new Set(['caller-unknown', 'caller-forbidden'])
type Handler = (ctx: RouterContext) => Promise<void>

/** Watches what an operation refuses with. People get the refusal all the same; tests fail by it and a running service logs it. */
export const watchRefusals = ({ name, operation }: Route, handler: Handler, onUndocumentedRefusal: OnUndocumentedRefusal): Handler => {
  const refusals = refusalsOf(operation)
  return async ctx => {
    try {
      await handler(ctx)
    } catch (error) {
      // Which part is away is said more exactly than a contract can list.
      if (error instanceof Refused && error.kind !== 'unavailable') {
        const status = statusOfKind[error.kind]
        if (!refusals.get(status)?.includes(error.code) && !amongServices.has(error.code)) {
          onUndocumentedRefusal(`${name} (${operation.method} ${operation.path})`, status, error.code)
        }
      }
      throw error
    }
  }
}
