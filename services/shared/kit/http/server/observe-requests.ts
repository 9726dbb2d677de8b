import type { Context, Next } from 'koa'
import type { Problem } from '../../../contracts/problem.ts'
import { currentContext, inContext } from '../../observe/context.ts'
import type { Logger } from '../../observe/log.ts'
import type { Metrics } from '../../observe/metrics.ts'
import { beginWork } from '../../observe/trace.ts'
import { traceparentOf } from '../../observe/traceparent.ts'
import { headers } from '../headers.ts'
import { HttpRefused, toProblem } from '../problem.ts'
import { answerUnrouted } from './unrouted.ts'

export type ObserveRequestsDeps = { logger: Logger; metrics?: Metrics }

/** Everything that surrounds a request, in one middleware: its trace, its problem document, its log line and its measurement. */
export const observeRequests = ({ logger, metrics }: ObserveRequestsDeps) => async (ctx: Context, next: Next): Promise<void> => {
  const started = performance.now()
  ctx.state.arrivedAt = started
  const { work, end } = beginWork(ctx.method, 'server', { traceparent: ctx.get('traceparent'), correlationId: ctx.get(headers.correlationId) || undefined })
  await inContext(work, async () => {
    try {
      demandHost(ctx)
      await next()
      answerUnrouted(ctx)
    } catch (error) {
      answerProblem(ctx, error, logger)
    }
    ctx.set('traceparent', traceparentOf(work))
    const seconds = (performance.now() - started) / 1000
    // Once the answer has left: nobody waits for what is only noted.
    setImmediate(() => {
      const operation: string = typeof ctx.state.operation === 'string' ? ctx.state.operation : 'none'
      metrics?.request(operation, ctx.method, ctx.status, seconds)
      const attributes = { 'http.request.method': ctx.method, 'http.route': operation, 'http.response.status_code': ctx.status }
      end(attributes, ctx.status >= 500, `${ctx.method} ${operation}`)
      // The path only: a query string can hold a ticket or somebody's words.
      const line = { operation, method: ctx.method, path: shown(ctx.path), status: ctx.status, ms: Math.round(seconds * 1e5) / 100 }
      if (quiet(ctx)) logger.debug(line, 'request')
      else logger.info(line, 'request')
    })
  })
}

// HTTP/1.1 demands it (RFC 9112, 3.2).
const demandHost = ({ req: { httpVersion, headers } }: Context): void => {
  if (httpVersion !== '1.1' || headers.host !== undefined) return
  throw new HttpRefused(400, 'malformed-request', 'A request of HTTP/1.1 names its Host.', { Connection: 'close' })
}

const machines = new Set(['/internal/feed/heads', '/internal/batch'])
/** What machines ask all day long, of which there is nothing to say as long as it succeeds. */
const quiet = ({ path, status }: Context): boolean => path.startsWith('/health/') || path === '/metrics' || (machines.has(path) && status < 400)

const answerProblem = (ctx: Context, error: unknown, logger: Logger): void => {
  const { problem, headers, unforeseen } = toProblem(error, currentContext()?.traceId ?? '')
  if (unforeseen) logger.error({ error, method: ctx.method, path: shown(ctx.path) }, 'unforeseen error')
  writeProblem(ctx, problem, headers)
}

/** Answers with a problem (RFC 9457) and these headers. */
export const writeProblem = (ctx: Context, problem: Problem, headers: Readonly<Record<string, string>>): void => {
  ctx.remove('ETag')
  ctx.status = problem.status
  ctx.body = JSON.stringify(problem)
  ctx.type = 'application/problem+json'
  ctx.set({ ...headers })
}

/** A path as the log shows it. Ids are short; what is longer may be a token that somebody put into an address by mistake. */
const shown = (path: string): string => path.split('/').map(segment => (segment.length > 64 ? `${segment.slice(0, 8)}…` : segment)).join('/').slice(0, 200)
