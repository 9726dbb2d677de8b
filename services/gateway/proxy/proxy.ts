import type { Middleware } from 'koa'
import { Refused } from '../../shared/kit/decider.ts'
import { HttpRefused } from '../../shared/kit/http/problem.ts'
import type { Forward } from './forward.ts'
import type { Match, RouteTable, Target } from './route-table.ts'
import { safeSegments } from './safe-path.ts'

export type ProxyOptions = { table: RouteTable; forward: Forward; sagaOwner: (sagaId: string) => Target | undefined }

/** Passes on what the contracts list; what they do not list goes to the next middleware. */
export const proxy = ({ table, forward, sagaOwner }: ProxyOptions): Middleware => async (ctx, next) => {
  const segments = safeSegments(ctx.path)
  if (!segments) {
    if (!ctx.path.startsWith('/api')) return next()
    throw new Refused('invalid', 'bad-path', 'The path holds what no path of this API holds.')
  }
  const found = isSaga(segments) ? sagaMatch(ctx.method, sagaOwner, segments[2] ?? '') : table.match(ctx.method, segments)
  if (!found) return next()
  if ('allow' in found) {
    const allow = [...found.allow, 'OPTIONS'].join(', ')
    if (ctx.method !== 'OPTIONS')
      throw new HttpRefused(405, 'method-not-allowed', `This path takes ${found.allow.join(', ')}.`, { Allow: allow })
    ctx.status = 204
    ctx.set('Allow', allow)
    return
  }
  ctx.state.operation = found.target.name
  if (found.target.operation.access === 'user' && ctx.state.lapsed) throw ctx.state.lapsed
  await forward(ctx, found.target, segments)
}

const isSaga = (segments: readonly string[]): boolean => segments.length === 3 && segments[0] === 'api' && segments[1] === 'sagas'
// Which service answers is in the id, not in the path.
const sagaMatch = (method: string, sagaOwner: ProxyOptions['sagaOwner'], sagaId: string): Match => {
  if (method !== 'GET' && method !== 'HEAD') return { allow: ['GET'] }
  const target = sagaOwner(sagaId)
  if (!target) throw new Refused('missing', 'saga-unknown', 'There is no such saga.')
  return { target }
}
