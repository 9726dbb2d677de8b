import { z } from 'zod'
import { serviceIds } from '../../contracts/define.ts'
import { durationMs, later } from './duration.ts'
import type { AnyInput, AnySaga } from './saga-types.ts'

const Order = z.discriminatedUnion('do', [
  z.object({ do: z.literal('invoke'), id: z.string(), service: z.enum(serviceIds), operation: z.string(), input: z.looseObject({}) }),
  z.object({ do: z.literal('command'), id: z.string(), name: z.string(), input: z.unknown().optional() }),
])
/** An order that is performed: everything but timers and the finish. */
export type Order = z.infer<typeof Order>

/** What the actor keeps of a saga, under one key: its state, what is still to do, and what it has already been told. */
export const SagaRecord = z.object({
  sagaId: z.string(), tenantId: z.string(), name: z.string(), revision: z.number(),
  state: z.looseObject({ step: z.string() }),
  pending: z.array(z.object({ order: Order, attempts: z.number(), notBefore: z.string() })),
  timers: z.array(z.object({ id: z.string(), dueAt: z.string(), input: z.looseObject({ type: z.string() }) })),
  /** Ids of inputs taken and of orders given. */
  seen: z.array(z.string()),
  startedAt: z.string(), deadline: z.string(), finishedAt: z.string().nullable(), outcome: z.string().nullable(),
  history: z.array(z.object({ at: z.string(), input: z.string(), step: z.string() })),
})
export type SagaRecord = z.infer<typeof SagaRecord>

const historyLimit = 100

/** A saga that has just been told its first input. `revision`: the newest that the store has of it. */
export const begin = (
  saga: AnySaga,
  { sagaId, tenantId, startedAt, revision }: Pick<SagaRecord, 'sagaId' | 'tenantId' | 'startedAt' | 'revision'>,
  input: AnyInput,
  at: string,
): SagaRecord => {
  const deadline = later(startedAt, durationMs(saga.deadline))
  const empty: SagaRecord = {
    sagaId, tenantId, name: saga.name, revision, state: saga.initial, pending: [], seen: [], startedAt, deadline, finishedAt: null, outcome: null, history: [],
    timers: [{ id: 'deadline', dueAt: deadline, input: { type: 'DeadlinePassed' } }],
  }
  return take(saga, empty, 'start', input, at)
}

/** The record after an input: a new state with its orders, or the same record when the input has been taken before or the saga has its outcome. */
export const take = (saga: AnySaga, record: SagaRecord, inputId: string, input: AnyInput, at: string): SagaRecord => {
  if (record.outcome !== null || record.seen.includes(inputId)) return record
  const { state, outputs } = saga.step(record.state, input)
  const fresh = outputs.filter(o => o.do === 'finish' || !record.seen.includes(`order:${o.id}`))
  const withdrawn = input.type === 'DeadlinePassed' && outputs.length > 0
  const orders = fresh.flatMap(o => (o.do === 'invoke' || o.do === 'command' ? [{ order: o, attempts: 0, notBefore: at }] : []))
  const timers = fresh.flatMap(o => (o.do === 'remind' ? [{ id: o.id, dueAt: later(at, durationMs(o.after)), input: o.input }] : []))
  return settle({
    ...record, state, revision: record.revision + 1,
    pending: [...(withdrawn ? [] : record.pending), ...orders],
    timers: [...record.timers, ...timers],
    seen: [...record.seen, inputId, ...fresh.flatMap(o => (o.do === 'finish' ? [] : [`order:${o.id}`]))],
    outcome: fresh.find(o => o.do === 'finish')?.outcome ?? null,
    history: [...record.history, { at, input: input.type, step: state.step }].slice(-historyLimit),
  }, at)
}

/** The record after an order was answered: the answer is taken and the order is gone. */
export const answered = (saga: AnySaga, record: SagaRecord, orderId: string, input: AnyInput, at: string): SagaRecord => {
  const without = { ...record, pending: record.pending.filter(p => p.order.id !== orderId) }
  return next(record, settle(take(saga, without, `answer:${orderId}`, input, at), at))
}

// People wait for a saga, so it is tried often. Each try costs its call, five reads, a row and the removal of the one before, the actor's state and a reminder.
const MOST_SECONDS = 15

/** The record after an order got no answer: it is tried again after 1, 2, 4 … at most 15 s. */
export const postponed = (record: SagaRecord, orderId: string, at: string): SagaRecord => next(record, {
  ...record,
  pending: record.pending.map(p => (p.order.id === orderId
    ? { ...p, attempts: p.attempts + 1, notBefore: later(at, Math.min(2 ** p.attempts, MOST_SECONDS) * 1_000) }
    : p)),
})

/** The record after a timer has gone off. */
export const fired = (saga: AnySaga, record: SagaRecord, timerId: string, at: string): SagaRecord => {
  const timer = record.timers.find(t => t.id === timerId)
  if (!timer) return record
  const without = { ...record, timers: record.timers.filter(t => t !== timer) }
  return next(record, settle(take(saga, without, `timer:${timerId}`, timer.input, at), at))
}

// One revision for each turn, whatever it did: two that begin with the same one compete for the same next.
const next = ({ revision }: SagaRecord, after: SagaRecord): SagaRecord => ({ ...after, revision: revision + 1 })

// A saga with an outcome has finished once its last orders are answered too; its timers do not matter any more.
const settle = (record: SagaRecord, at: string): SagaRecord =>
  record.outcome === null ? record : { ...record, timers: [], finishedAt: record.finishedAt ?? (record.pending.length ? null : at) }

/** When the saga has to be driven next, or undefined when it has finished. */
export const nextDue = (record: SagaRecord): string | undefined =>
  record.finishedAt !== null ? undefined : [...record.pending.map(p => p.notBefore), ...record.timers.map(t => t.dueAt)].toSorted()[0] ?? record.deadline
