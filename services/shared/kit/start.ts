import type { AppId } from '../contracts/define.ts'
import type { Clock } from './clock.ts'
import type { ConfigOf, Spec } from './config.ts'
import type { BaseConfig } from './base-config.ts'
import type { Dapr } from './dapr/dapr.ts'
import type { Gate } from './http/gate.ts'
import type { Logger } from './observe/log.ts'
import type { Metrics } from './observe/metrics.ts'

/** A process that listens already (not ready yet), has its configuration, and can talk to its sidecar. */
export type Started<C = unknown> = {
  name: AppId
  config: C
  base: BaseConfig
  dapr: Dapr
  clock: Clock
  logger: Logger
  metrics: Metrics
  instanceId: string
  gate: Gate
}

/** Opens the port, reads the configuration from the environment and the sidecar's secrets (waiting for the sidecar), and hands over what `runService` needs. Ends the process with 78 when the configuration is wrong. */
export declare const startService: <const S extends Spec>(name: AppId, spec: S, env: Readonly<Record<string, string | undefined>>, options?: { edge?: boolean }) => Promise<Started<ConfigOf<S>>>
