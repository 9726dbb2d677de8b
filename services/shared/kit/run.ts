import type { Subscriber } from './dapr/app-contract.ts'
import type { JobHandler } from './dapr/jobs.ts'
import type { Verify } from './http/auth.ts'
import type { IdempotencyStore } from './http/idempotency.ts'
import type { Routes } from './http/serve.ts'
import type { SagaHost } from './sagas/host.ts'
import type { Started } from './start.ts'

/** Something that works in the background from the moment the service is ready until it stops. */
export type Worker = { start(): Promise<void>; stop(): Promise<void> }

export type Service = Started & {
  routes: readonly Routes[]
  /** Started before consumers, drained after the last request. */
  log?: Worker
  consumers?: readonly (Subscriber & Worker)[]
  sagas?: SagaHost
  jobs?: readonly JobHandler[]
  /** Each is run for `/health/dependencies`; a throw means down. All are essential for being ready, unless listed in `optional`. */
  checks?: Readonly<Record<string, () => Promise<unknown>>>
  optional?: readonly string[]
  idempotency?: IdempotencyStore
  /** Only where tokens are made: the user service checks its own without asking itself. */
  verify?: Verify
  onStop?: readonly (() => Promise<unknown>)[]
}

export declare const runService: (service: Service) => Promise<void>
