import type { AppId } from '../../contracts/define.ts'

/** Methods that Dapr's service invocation carries. */
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type InvokeOptions = {
  query?: Readonly<Record<string, string | number | boolean | undefined>>
  body?: unknown
  headers?: Readonly<Record<string, string>>
  timeoutMs?: number
}
/** What the other app answered, whatever its status; `body` is parsed JSON, text, or undefined when empty. */
export type InvokeAnswer = { status: number; headers: Readonly<Record<string, string>>; body: unknown }

/** A whole CloudEvent; `subject` is the aggregate id and becomes the partition key of the broker. */
export type PublishableEvent = { readonly id: string; readonly subject: string }
/** An event the broker did not take, and why. */
export type FailedEntry = { id: string; error: string }

export type StateEntry = { value: unknown; etag: string }
export type SetOptions = { etag?: string; firstWrite?: boolean; ttlSeconds?: number }
export type DaprState = {
  get(key: string): Promise<StateEntry | undefined>
  /** False: somebody else's write came first (with `etag`, or with `firstWrite` on a key that exists). */
  set(key: string, value: unknown, options?: SetOptions): Promise<boolean>
  /** Whatever is there. There is no deletion by etag: stores take one for done where another has deleted the key. */
  delete(key: string): Promise<void>
}

export type ActorStateOperation = { operation: 'upsert'; key: string; value: unknown } | { operation: 'delete'; key: string }
/** Times are ISO 8601 durations (`PT10S`) or instants; `period` absent means once. */
export type Reminder = { due: string; period?: string; data?: unknown }
export type DaprActors = {
  invoke(type: string, id: string, method: string, body?: unknown, timeoutMs?: number): Promise<unknown>
  getState(type: string, id: string, key: string): Promise<unknown>
  transact(type: string, id: string, operations: readonly ActorStateOperation[]): Promise<void>
  /** Replaces a reminder of the same name. */
  remind(type: string, id: string, name: string, reminder: Reminder): Promise<void>
  unremind(type: string, id: string, name: string): Promise<void>
}

/** `schedule` is a cron line of six fields or `@every 1m`; `due` an ISO 8601 instant or a duration such as `PT30S`. A job of the same name is replaced. */
export type JobSpec = { due?: string; schedule?: string; data?: unknown }
export type DaprJobs = { schedule(name: string, spec: JobSpec): Promise<void>; delete(name: string): Promise<void> }

/** The sidecar of this process, typed. Calls that do not get through throw `DaprError`. */
export type Dapr = {
  invoke(app: AppId, method: HttpMethod, path: string, options?: InvokeOptions): Promise<InvokeAnswer>
  /** Publishes in the given order as far as the broker can; answers with the entries it did not take ([] when all are in). */
  publishBulk(topic: string, events: readonly PublishableEvent[]): Promise<FailedEntry[]>
  state: DaprState
  /** The value of a secret, or undefined when the store has none of that name. */
  secret(name: string): Promise<string | undefined>
  actors: DaprActors
  jobs: DaprJobs
  /** True when the sidecar and its components are up. */
  healthy(): Promise<boolean>
  close(): Promise<void>
}
