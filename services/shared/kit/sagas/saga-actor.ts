import { z } from 'zod'
import type { ActorHost } from '../dapr/actor-host.ts'
import type { Clock } from '../clock.ts'
import type { Dapr } from '../dapr/dapr.ts'
import { oneByOne } from '../one-by-one.ts'
import { perform } from './perform.ts'
import { answered, begin, fired, nextDue, postponed, SagaRecord, take } from './record.ts'
import type { AnyClients, AnyCommands, AnySaga } from './saga-types.ts'
import type { SagaStore } from './status.ts'
import { documentOf, recordOf } from './status.ts'

export type SagaLog = { warn(fields: object, message: string): void }
type Pending = SagaRecord['pending'][number]
type Options = {
  type: string; sagas: readonly AnySaga[]; dapr: Dapr; store: SagaStore
  clients: AnyClients; commands: AnyCommands; clock: Clock; logger: SagaLog
}

const Input = z.looseObject({ type: z.string() })
const Start = z.object({ tenantId: z.string(), startedAt: z.string(), input: Input })
const Signal = z.object({ input: Input, inputId: z.string() })

const key = 'saga'
const reminder = 'drive'
// A turn ends well before the sidecar's time limit for actors (20 s), each order of it after 5 s at most.
const turnMs = 8_000
const mostTries = 5

/**
 * The one actor that hosts every saga of a service: state and orders are saved together, then performed; its reminder drives what is left
 * after any crash. A turn counts once the store has its revision, which it gives to one process only; whoever is second begins again
 * with what the first has made of the saga.
 */
export const sagaActor = ({ type, sagas, dapr, store, clients, commands, clock, logger }: Options): ActorHost => {
  // The sidecar lets in one call at a time, but gives up a turn whose caller hangs up: the turn itself goes on.
  const inTurn = oneByOne()
  const sagaOf = (id: string): AnySaga => {
    const saga = sagas.find(s => s.name === id.split('.')[0])
    if (!saga) throw new Error(`${type} hosts no saga called ${id}`)
    return saga
  }
  // Read in every turn: the actor may have been elsewhere since the last one, and nobody says so when it comes back.
  // `revision`: the store's newest, which may hold no record.
  const load = async (id: string): Promise<{ record: SagaRecord | undefined; revision: number }> => {
    const shown = await store.find(id)
    const revision = shown?.revision ?? 0
    const kept = shown && recordOf(shown)
    if (kept?.finishedAt) return { record: kept, revision }
    const own = await dapr.actors.getState(type, id, key)
    const stored = own === undefined ? undefined : SagaRecord.parse(own)
    if (!stored || (kept && kept.revision >= stored.revision)) return { record: kept, revision }
    // Saved before revisions held their record, or the database was put back: the actor knows more.
    if (stored.revision > revision) await store.save(documentOf(stored))
    return { record: { ...stored, revision: Math.max(stored.revision, revision) }, revision }
  }
  /** False when another process was first; nothing of this turn counts then. */
  const save = async (before: SagaRecord | undefined, after: SagaRecord): Promise<boolean> => {
    if (before === after) return true
    if (!await store.save(documentOf(after))) return false
    // Of one that has finished nothing is asked any more: the store has its end.
    await dapr.actors.transact(type, after.sagaId, [after.finishedAt === null ? { operation: 'upsert', key, value: after } : { operation: 'delete', key }])
    return true
  }
  const tell = async (id: string, turn: (record: SagaRecord | undefined, revision: number) => SagaRecord): Promise<void> => {
    for (let tries = 0; tries < mostTries; tries++) {
      const { record: before, revision } = await load(id)
      const after = turn(before, revision)
      // The reminder is there before the state that needs it, so no crash in between can strand a saga.
      if (before !== after) await dapr.actors.remind(type, id, reminder, { due: 'PT5S', period: 'PT30S' })
      if (await save(before, after)) return kick(id)
    }
    throw new Error(`saga ${id} went on each time before it could be told`)
  }
  const kick = (id: string): void => {
    dapr.actors.invoke(type, id, 'drive').catch((error: unknown) => { logger.warn({ sagaId: id, error }, 'a saga waits for its reminder') })
  }

  const drive = async (id: string): Promise<void> => {
    const saga = sagaOf(id)
    let { record } = await load(id)
    if (!record) return dapr.actors.unremind(type, id, reminder)
    // Whoever ended it may have died before the state was gone, or a state came late.
    if (record.finishedAt !== null) await dapr.actors.transact(type, id, [{ operation: 'delete', key }])
    const end = clock.monotonic() + turnMs
    for (let work = nextWork(record, clock.now()); work; work = nextWork(record, clock.now())) {
      if (clock.monotonic() > end) return kick(id)
      const after: SagaRecord = work.do === 'fire' ? fired(saga, record, work.timer, clock.now()) : await attempt(saga, record, work.pending)
      if (!await save(record, after)) return kick(id)
      record = after
    }
    const due = nextDue(record)
    if (due === undefined) return dapr.actors.unremind(type, id, reminder)
    const seconds = Math.max(1, Math.ceil((Date.parse(due) - clock.epochMs()) / 1_000))
    await dapr.actors.remind(type, id, reminder, { due: `PT${Math.min(seconds, 86_400)}S`, period: 'PT30S' })
  }
  const attempt = async (saga: AnySaga, record: SagaRecord, { order }: Pending): Promise<SagaRecord> => {
    try {
      const input = await perform(order, { clients, commands }, { sagaId: record.sagaId, tenantId: record.tenantId, outputId: order.id })
      return answered(saga, record, order.id, input, clock.now())
    } catch (error) {
      logger.warn({ sagaId: record.sagaId, order: order.id, error }, 'an order of a saga got no answer; it is tried again')
      return postponed(record, order.id, clock.now())
    }
  }

  const methods: Record<string, (id: string, body: unknown) => Promise<void>> = {
    start: async (id, body) => {
      const { tenantId, startedAt, input } = Start.parse(body)
      // Also where the record is lost: its orders are given again, and each is idempotent.
      await tell(id, (record, revision) => record ?? begin(sagaOf(id), { sagaId: id, tenantId, startedAt, revision }, input, clock.now()))
    },
    signal: async (id, body) => {
      const { input, inputId } = Signal.parse(body)
      await tell(id, record => {
        if (!record) throw new Error(`saga ${id} has not started`)
        return take(sagaOf(id), record, `own:${inputId}`, input, clock.now())
      })
    },
    drive,
  }
  return {
    type,
    call: async (id, method, body) => {
      const run = methods[method]
      if (!run) throw new Error(`${type} has no method ${method}`)
      await inTurn(id, () => run(id, body))
    },
    remind: id => inTurn(id, () => drive(id)),
    deactivate: async () => {},
  }
}

const nextWork = (record: SagaRecord, now: string): { do: 'fire'; timer: string } | { do: 'perform'; pending: Pending } | undefined => {
  if (record.finishedAt !== null) return undefined
  const timer = record.timers.find(t => t.dueAt <= now)
  if (timer) return { do: 'fire', timer: timer.id }
  const pending = record.pending.find(p => p.notBefore <= now)
  return pending && { do: 'perform', pending }
}
