import type { Dispatcher } from 'undici'
import { BATCH_MOST, BatchedAnswer, type BatchedRequest } from '../../shared/contracts/batch.ts'
import type { ServiceId } from '../../shared/contracts/define.ts'
import { callerGone, type Exchange, type Exchanged } from './exchange.ts'
import { lines } from './lines.ts'
import { arrived } from './sidecar-answer.ts'

/** A request that may go together with others: how it goes alone, and what of it goes in a batch. */
export type Batchable = { alone: () => Exchange; batched: BatchedRequest }
export type Batches = (service: ServiceId, request: Batchable) => Exchange
export type BatchesOptions = {
  sidecar: Dispatcher
  /** The one request that takes these to a service. */
  request: (service: ServiceId, requests: readonly BatchedRequest[]) => Dispatcher.DispatchOptions
} & Pacing
/** While fewer than `few` are under way to a service each goes alone, at once; others wait to go together, `restMs` at most. */
export type Pacing = { few?: number; restMs?: number }

type Waiting = Batchable & PromiseWithResolvers<Exchanged> & { gone: boolean; stop?: () => void }
type Lane = { underWay: number; waiting: Waiting[]; timer?: NodeJS.Timeout | undefined }

const MOST_BYTES = 256 * 1024

/**
 * What a busy gateway hands to a service goes together: two sidecars cost as much for one request as for twenty. The first goes alone, at once;
 * those that come while it is under way wait for its end, a few milliseconds at most, and share a call.
 */
export const batches = ({ sidecar, request, few = 1, restMs = 5 }: BatchesOptions): Batches => {
  const lanes = new Map<ServiceId, Lane>()
  const laneOf = (service: ServiceId): Lane => {
    const lane = lanes.get(service) ?? { underWay: 0, waiting: [] }
    lanes.set(service, lane)
    return lane
  }
  const depart = (service: ServiceId, lane: Lane): void => {
    clearTimeout(lane.timer)
    lane.timer = undefined
    const together = nextOf(lane.waiting)
    const [first] = together
    if (!first) return
    if (lane.waiting.length > 0) lane.timer = setTimeout(depart, lane.waiting.length < BATCH_MOST ? restMs : 0, service, lane)
    lane.underWay += together.length
    const left = (): void => {
      lane.underWay--
      if (lane.underWay < few && lane.waiting.length > 0) depart(service, lane)
    }
    for (const { promise } of together) promise.then(left, left)
    if (together.length === 1) void goAlone(first)
    else void goTogether(sidecar, request(service, together.map(one => one.batched)), together)
  }
  return (service, batchable) => {
    const lane = laneOf(service)
    const one: Waiting = { ...batchable, ...Promise.withResolvers<Exchanged>(), gone: false }
    lane.waiting.push(one)
    if (lane.underWay < few || lane.waiting.length === BATCH_MOST) depart(service, lane)
    else lane.timer ??= setTimeout(depart, restMs, service, lane)
    return {
      answer: one.promise,
      abort: (reason = callerGone()) => {
        one.gone = true
        one.reject(reason)
        one.stop?.()
      },
    }
  }
}

const nextOf = (waiting: Waiting[]): Waiting[] => {
  const together: Waiting[] = []
  for (let bytes = 0; waiting.length > 0 && together.length < BATCH_MOST;) {
    bytes += waiting[0]?.batched.body?.length ?? 0
    if (bytes > MOST_BYTES && together.length > 0) break
    const next = waiting.shift()
    if (next && !next.gone) together.push(next)
  }
  return together
}

const goAlone = async (one: Waiting): Promise<void> => {
  if (one.gone) return
  try {
    const { answer, abort } = one.alone()
    one.stop = abort
    one.resolve(await answer)
  } catch (error) {
    one.reject(error)
  }
}

/** Ends when each has its answer or its failure; when none of them is waited for any more, the call ends too. */
const goTogether = async (sidecar: Dispatcher, request: Dispatcher.DispatchOptions, together: readonly Waiting[]): Promise<void> => {
  const open = new Map(together.entries())
  const answer = (line: string): void => {
    const answered = BatchedAnswer.parse(JSON.parse(line))
    const one = open.get(answered.at)
    open.delete(answered.at)
    if ('alone' in answered) void (one && goAlone(one))
    else one?.resolve({ statusCode: answered.status, headers: answered.headers, body: Buffer.from(answered.body) })
  }
  try {
    const call = lines(sidecar, request, answer)
    for (const [at, one] of open) {
      // Not assigned as it is made: V8 would make it old from the start, and with it all that it holds.
      const stop = (): void => { if (open.delete(at) && open.size === 0) call.abort() }
      one.stop = stop
    }
    const refused = await call.ended
    const left = [...open.values()]
    // Whoever answers that there is no such operation, or that it is none of ours, can still take each alone.
    if (refused && refused.statusCode >= 400 && refused.statusCode < 500) await Promise.all(left.map(goAlone))
    // What never arrived is made again.
    else if (refused && !arrived(refused)) for (const one of left) one.resolve(refused)
    else if (left.length > 0) throw Object.assign(new Error('a batch was not answered'), { code: 'ECONNRESET' })
  } catch (error) {
    for (const one of open.values()) one.reject(error)
  }
}
