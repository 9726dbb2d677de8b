import type { Connection } from 'mongoose'
import type { z } from 'zod'
import type { EventContract, Topic } from '../../contracts/define.ts'
import type { Clock } from '../clock.ts'
import type { Subscriber } from '../dapr/app-contract.ts'
import type { Dapr } from '../dapr/dapr.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { Logger } from './ports.ts'
import type { CommitStore } from './store.ts'

/** An event as a handler sees it: its data has the shape of the contract. */
export type Received<T extends string = string, D = unknown> = {
  id: string
  type: T
  data: D
  subject: string
  organizationId: string
  at: string
  actor: string
  /** The version of the aggregate after this event. */
  version: number
  position: number
  partition: number
  topic: string
  correlationId: string
  /** The command to give for an effect of this event: the same one whenever the event comes again. */
  causationId: string
  traceparent?: string
}
export type Handler = { readonly type: string | undefined; run(event: Received): Promise<void> }

/** Handles one kind of event. It must be idempotent by `event.id`; a throw is tried again, then becomes a dead letter. */
export declare const on: <T extends string, D extends z.ZodType>(contract: EventContract<T, D>, run: (event: Received<T, z.infer<D>>) => Promise<void>) => Handler
/** Handles every event of the consumer's topics. */
export declare const onAny: (run: (event: Received) => Promise<void>) => Handler

export type ConsumerOptions = {
  /** The consumer's name: its checkpoints and dead letters belong to it. */
  name: string
  topics: readonly Topic[]
  db: Connection | CommitStore
  dapr: Pick<Dapr, 'invoke'>
  clock: Clock
  logger: Logger
  /** Where a consumer that was never there before begins: at the very first event (default), or at what comes from now on. */
  from?: 'beginning' | 'now'
} & (
  | { handlers: readonly Handler[]; batch?: undefined }
  /** All events that are there in order, of one partition, at once. All or nothing; idempotent by id. */
  | { batch: (events: readonly Received[]) => Promise<void>; handlers?: undefined }
)
export type ConsumerGauges = { lag: number; parked: number; buffered: number }
export type Consumer = Subscriber & {
  readonly name: string
  start(): Promise<void>
  /** Finishes what is being handled. */
  stop(): Promise<void>
  /** Resolves when everything that the producers have said so far is handled. */
  caughtUp(): Promise<void>
  readonly deadLetters: DeadLetters
  gauges(): ConsumerGauges
}

/** Consumes topics in order per partition, whatever the broker loses, repeats or reorders. */
export declare const consumer: (options: ConsumerOptions) => Consumer
