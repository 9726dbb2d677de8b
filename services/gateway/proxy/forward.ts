import type { Context } from 'koa'
import { errors, type Dispatcher } from 'undici'
import { batchApi } from '../../shared/contracts/batch.ts'
import type { PeerBreakers } from '../../shared/kit/dapr/peer-breakers.ts'
import { invokePath } from '../../shared/kit/dapr/invoke.ts'
import { FIRST_REST_MS, nextRest } from '../../shared/kit/dapr/replies.ts'
import type { Refused } from '../../shared/kit/decider.ts'
import { defaultBodyLimit, readBytes } from '../../shared/kit/http/input/body.ts'
import { headers as names } from '../../shared/kit/http/headers.ts'
import { machineOf } from '../../shared/kit/http/machine.ts'
import { HttpRefused } from '../../shared/kit/http/problem.ts'
import { pause } from '../../shared/kit/waiting.ts'
import { currentContext } from '../../shared/kit/observe/context.ts'
import { traceparentOf } from '../../shared/kit/observe/traceparent.ts'
import { batchable } from './batchable.ts'
import { batches, type Pacing } from './batches.ts'
import { deadlines } from './deadlines.ts'
import { exchange, type Exchange, type Exchanged } from './exchange.ts'
import { handHeaders, headersIn } from './pass-headers.ts'
import { slowReader } from './slow-readers.ts'
import type { Target } from './route-table.ts'
import { busy, quota, type Limits, type Reservation } from './quota.ts'
import { arrived, maybeSidecar, refusalOfSidecar, serviceDown, isUndocumentedSuccess } from './sidecar-answer.ts'

export type ForwardOptions = {
  sidecar: Dispatcher; circuit: PeerBreakers; appIdPrefix: string; daprApiToken?: string
  timeoutMs?: number; slowReaders?: Limits; bodies?: Limits
  batching?: Pacing
}
export type Forward = (ctx: Context, target: Target, segments: readonly string[]) => Promise<void>

/**
 * Takes a request to its service through the sidecar and streams the answer back. Nothing is parsed on the way, and nothing hangs:
 * what does not answer within five seconds, or as long as its contract says, is a 503.
 */
export const forwarder = ({
  sidecar, circuit, appIdPrefix, daprApiToken, timeoutMs = 4_200,
  slowReaders = { most: 64, mostEach: 16 }, bodies = { most: 128 * MiB, mostEach: 32 * MiB }, batching = {},
}: ForwardOptions): Forward => {
  // The bodies that wait here for their services, in bytes; and who does not read an answer as fast as it comes.
  const [room, places] = [quota(bodies), quota(slowReaders)]
  const latest = deadlines()
  const forSidecar: Record<string, string> = daprApiToken === undefined ? {} : { 'dapr-api-token': daprApiToken }
  const together = batches({
    sidecar, ...batching,
    request: (service, requests) => ({
      method: batchApi.batch.method, path: invokePath(appIdPrefix, service, batchApi.batch.path),
      headers: { ...forSidecar, traceparent: requests[0]?.headers['traceparent'] ?? '', 'content-type': 'application/json' },
      body: JSON.stringify({ requests }), headersTimeout: timeoutMs + 1_000, bodyTimeout: timeoutMs + 1_000,
    }),
  })
  const pass = async (
    ctx: Context, { service, operation }: Target, segments: readonly string[], body: Buffer | null, spent: number, place: Reservation,
  ): Promise<void> => {
    const limit = operation.patienceMs ?? (operation.produces === undefined ? timeoutMs : 60_000)
    const method = ctx.method === 'HEAD' ? 'GET' : operation.method
    const path = pathOf(segments) + ctx.search
    const headers = { ...headersIn(ctx.req.headers, service === 'user'), ...ownHeaders(ctx) }
    const request = {
      method, path: invokePath(appIdPrefix, service, path), headers: { ...headers, ...forSidecar },
      body, headersTimeout: limit + 1_000, bodyTimeout: limit + 1_000,
    } as const
    const batched = batchable(operation, { method, path, headers, body })
    const until = performance.now() + limit - spent
    // A long patience is for an answer under way, not for a service that is away.
    const heldUntil = Math.min(until, performance.now() + timeoutMs - spent)
    let abort = (): void => {}
    ctx.res.once('close', () => { if (!ctx.res.writableFinished) abort() })
    /** Undefined: the sidecar itself did not listen. */
    const once = (): Promise<Exchanged | undefined> => {
      const alone = (): Exchange => exchange(sidecar, request, slowReader(place, () => { ctx.res.destroy() }))
      const { answer, abort: stop } = batched ? together(service, { alone, batched }) : alone()
      abort = stop
      // Not undici's timers, which are half a second late.
      const inTime = latest(until, () => { stop(serviceDown(service, 'dependency-timeout')) })
      return answer.catch(unheard).finally(inTime)
    }
    try {
      let answer = await once()
      // A service, or a sidecar, that is being replaced or just starting again is back in a second or two: what never arrived there is held so long.
      for (let rest = FIRST_REST_MS; !(answer && arrived(answer)) && performance.now() + rest < heldUntil - SPARE_MS; rest = nextRest(rest)) {
        await pause(rest)
        answer = await once()
      }
      // The circuit must not take it for an answer.
      if (!answer || !arrived(answer)) throw serviceDown(service)
      hand(ctx, answer, { service, operation })
    } catch (error) {
      abort()
      throw refusalOf(error, service)
    }
  }
  return async (ctx, target, segments) => {
    const { service, operation } = target
    // It may have waited for this process to be ready, and for the keys that its token was looked at with.
    const spent = typeof ctx.state.arrivedAt === 'number' ? performance.now() - ctx.state.arrivedAt : 0
    const machine = machineOf(ctx.state.clientIp ?? ctx.ip)
    const dropped = ctx.method === 'GET' || ctx.method === 'HEAD' ? undefined : new AbortController()
    const held = room(machine, () => { dropped?.abort(busy()) })
    try {
      // Before it takes a connection that all services share: who sends slowly keeps nobody waiting, and is no outage of the service.
      const body = dropped && await readBytes(ctx.req, operation.bodyLimit ?? defaultBodyLimit, { hold: held.take, signal: dropped.signal })
      held.settle()
      await circuit(service).run(() => pass(ctx, target, segments, body ?? null, spent, places(machine, () => { ctx.res.destroy() })))
    } finally {
      held.leave()
    }
  }
}
const MiB = 1024 * 1024
const SPARE_MS = 600

const pathOf = (segments: readonly string[]): string => segments.reduce((path, segment) => `${path}/${encodeURIComponent(segment)}`, '')

const ownHeaders = (ctx: Context): Record<string, string> => {
  const own: Record<string, string> = { [names.clientIp]: ctx.state.clientIp ?? ctx.ip }
  const work = currentContext()
  if (work) {
    own['traceparent'] = traceparentOf(work)
    // Without it the service takes the id of the trace.
    if (work.correlationId !== work.traceId) own[names.correlationId] = work.correlationId
  }
  return own
}

const hand = (ctx: Context, { statusCode, headers, body }: Exchanged, { service, operation }: Pick<Target, 'service' | 'operation'>): void => {
  if (isUndocumentedSuccess(operation, statusCode, headers['content-type'])) throw serviceDown(service)
  if (Buffer.isBuffer(body) && maybeSidecar(statusCode, headers['content-type'])) {
    const refusal = refusalOfSidecar(service, statusCode, headers['content-type'], body.toString())
    if (refusal) throw refusal
  }
  ctx.status = statusCode
  // Before the body, for which Koa would look up a type of its own.
  handHeaders(headers, ctx.res)
  const bare = statusCode === 204 || statusCode === 304 || ctx.method === 'HEAD'
  if (!bare) ctx.body = body
  else if (!Buffer.isBuffer(body)) body.destroy()
  const length = headers['content-length']
  if (bare && statusCode !== 204 && length !== undefined) ctx.set('Content-Length', String(length))
}

const unheard = (error: unknown): undefined => {
  if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return undefined
  throw error
}

const refusalOf = (error: unknown, service: Target['service']): unknown => {
  // Of a batch all have the same cause, which the circuit counts once.
  const down = (code?: Parameters<typeof serviceDown>[1]): Refused => Object.assign(serviceDown(service, code), { cause: error })
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) return down('dependency-timeout')
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (error instanceof errors.UndiciError || /^(?:E|UND_)/.test(code)) return down()
  if (error instanceof Error && error.name === 'AbortError') return new HttpRefused(499, 'caller-gone', 'The caller went away.')
  return error
}
