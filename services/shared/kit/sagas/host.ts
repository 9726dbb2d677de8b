import type { Connection } from 'mongoose'
import type { SagaStatus } from '../../contracts/sagas/http.ts'
import type { Clock } from '../clock.ts'
import type { ActorHost } from '../dapr/actor-host.ts'
import type { Dapr } from '../dapr/dapr.ts'
import { durationMs, later } from './duration.ts'
import { withFaultPoints } from '../fault-points.ts'
import { sealWith } from './seal.ts'
import { mongoSagaStore } from './mongo-saga-store.ts'
import { sagaActor, type SagaLog } from './saga-actor.ts'
import type { AnyClients, AnyCommands, AnyInput, AnySaga } from './saga-types.ts'
import { statusOf, type SagaStore } from './status.ts'

export type SagaHostOptions = {
  actorType: 'UserSaga' | 'ProjectSaga'
  sagas: readonly AnySaga[]
  dapr: Dapr
  clients: AnyClients
  commands: AnyCommands
  /** Deadlines and waits go by it: one that all processes share (`storeClock`), or a process whose clock is an hour ahead calls off what had an hour to go. */
  clock: Clock
  logger: SagaLog
  /** Known to the processes of this service only: what they tell its sagas is sealed with it. */
  secret: string
}

/** The sagas of one service, hosted by one Dapr actor type. */
export type SagaHost = {
  actor: ActorHost
  /** Durable once it resolves, even while placement is away. Repeated with the same sagaId it changes nothing. */
  start(sagaId: string, tenantId: string, input: AnyInput): Promise<void>
  /** Tells a saga something; `inputId` makes a repetition harmless (use the id of the event that caused it). */
  signal(sagaId: string, input: AnyInput, inputId: string): Promise<void>
  /** For `GET /api/sagas/:id`; undefined when unknown or another tenant's. */
  status(tenantId: string, sagaId: string): Promise<SagaStatus | undefined>
  /** Wakes sagas that should have been driven half a minute ago and were not; answers how many. */
  sweep(): Promise<number>
  /** Sweeps every 15 s until the returned function is called. */
  watch(): () => void
}

/** Hosts the sagas of a service, their visible records in its database. */
export const sagaHost = ({ db, ...options }: SagaHostOptions & { db: Connection }): SagaHost =>
  sagaHostOn({ ...options, store: withFaultPoints('sagas', mongoSagaStore(db)) })

const staleMs = 30_000
const sweepMs = 15_000
const wokenAtOnce = 8

/** `sagaHost` on any store of visible records; tests give it the memory double. */
export const sagaHostOn = ({ actorType, sagas, dapr, store, clients, commands, clock, logger, secret }: SagaHostOptions & { store: SagaStore }): SagaHost => {
  const inner = sagaActor({ type: actorType, sagas, dapr, store, clients, commands, clock, logger })
  const { seal, open } = sealWith(secret)
  const tell = (sagaId: string, method: 'start' | 'signal', body: object): Promise<unknown> =>
    dapr.actors.invoke(actorType, sagaId, method, seal(`${actorType}/${sagaId}/${method}`, body))
  // To drive a saga on says nothing to it, so that needs no seal.
  const actor: ActorHost = {
    ...inner,
    call: async (id, method, body) => inner.call(id, method, method === 'drive' ? undefined : open(`${actorType}/${id}/${method}`, body)),
  }
  const wake = (sagaId: string, tenantId: string, startedAt: string, input: unknown): Promise<unknown> => tell(sagaId, 'start', { tenantId, startedAt, input })

  const sweep = async (): Promise<number> => {
    const asleep = (await store.asleep(later(clock.now(), -staleMs))).filter(({ start }) => typeof start === 'string')
    let woken = 0
    for (let first = 0; first < asleep.length; first += wokenAtOnce) {
      // One that cannot be woken keeps nobody else asleep.
      await Promise.all(asleep.slice(first, first + wokenAtOnce).map(({ _id, tenantId, startedAt, start }) =>
        wake(_id, tenantId, startedAt, JSON.parse(start ?? '')).then(
          () => { woken += 1 },
          (error: unknown) => { logger.warn({ sagaId: _id, error }, 'a saga could not be woken') },
        )))
    }
    return woken
  }
  return {
    actor,
    start: async (sagaId, tenantId, input) => {
      const saga = sagas.find(s => s.name === sagaId.split('.')[0])
      if (!saga) throw new Error(`${actorType} hosts no saga called ${sagaId}`)
      const startedAt = clock.now()
      await store.open({
        _id: sagaId, tenantId, name: saga.name, state: 'running', step: saga.initial.step, outcome: null,
        startedAt, deadline: later(startedAt, durationMs(saga.deadline)), finishedAt: null,
        history: [], revision: 0, dueAt: startedAt, start: JSON.stringify(input),
      })
      await wake(sagaId, tenantId, startedAt, input).catch((error: unknown) => {
        logger.warn({ sagaId, error }, 'a saga is kept and starts with the next sweep')
      })
    },
    signal: async (sagaId, input, inputId) => { await tell(sagaId, 'signal', { input, inputId }) },
    status: async (tenantId, sagaId) => {
      const document = await store.find(sagaId)
      return document?.tenantId === tenantId ? statusOf(document) : undefined
    },
    sweep,
    watch: () => {
      let sweeping: Promise<unknown> | undefined
      const timer = setInterval(() => {
        sweeping ??= sweep()
          .catch((error: unknown) => { logger.warn({ error }, 'the sagas could not be swept') })
          .finally(() => { sweeping = undefined })
      }, sweepMs)
      timer.unref()
      return () => { clearInterval(timer) }
    },
  }
}
