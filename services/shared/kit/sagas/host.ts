import type { Connection } from 'mongoose'
import type { SagaStatus } from '../../contracts/sagas/http.ts'
import type { Clock } from '../clock.ts'
import type { ActorHost } from '../dapr/actor-host.ts'
import type { Dapr } from '../dapr/dapr.ts'
import type { AnyClients, AnyCommands, AnyInput, AnySaga } from './saga-types.ts'

export type SagaLog = { warn(fields: object, message: string): void }
export type SagaHostOptions = {
  actorType: 'UserSaga' | 'TaskSaga' | 'ProjectSaga'
  sagas: readonly AnySaga[]
  dapr: Dapr
  db: Connection
  clients: AnyClients
  commands: AnyCommands
  clock: Clock
  logger: SagaLog
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
  /** Wakes unfinished sagas that nothing has driven for a while; answers how many. */
  sweep(): Promise<number>
  /** Sweeps every 15 s until the returned function is called. */
  watch(): () => void
}

export type SagaHosting = (options: SagaHostOptions) => SagaHost
