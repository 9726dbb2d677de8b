import type { AppId } from '../../contracts/define.ts'
import { DaprError } from './dapr-error.ts'
import type { Dapr, HttpMethod, InvokeAnswer, InvokeOptions, JobSpec, PublishableEvent, Reminder } from './dapr.ts'
import { memoryState } from './memory-state.ts'
import type { ActorHost } from './actor-host.ts'

export type InvokeHandler = (call: { app: AppId; method: HttpMethod; path: string } & InvokeOptions) => Promise<InvokeAnswer> | InvokeAnswer
export type MemoryDapr = Dapr & {
  published: { topic: string; event: PublishableEvent }[]
  invoked: ({ app: AppId; method: HttpMethod; path: string } & InvokeOptions)[]
  scheduled: Map<string, JobSpec>
  /** Key `type/id/name`. */
  reminders: Map<string, Reminder>
  values: Map<string, { value: unknown; etag: string }>
  secrets: Map<string, string>
  /** Answers invocations of an app; a thrown error is passed on. */
  answer(app: AppId, handler: InvokeHandler): void
  /** Runs actor calls against this host, one at a time per id, as the sidecar does. */
  host(actor: ActorHost): void
  /** Fires a reminder as the Scheduler would; one that is not periodic is gone afterwards. */
  fire(type: string, id: string, name: string): Promise<void>
  /** Resolves when no actor turn is under way or waiting. */
  settled(): Promise<void>
  /** While true every call throws `DaprError('unreachable')`. */
  down: boolean
}

/** TEST DOUBLE of the sidecar, in memory: records publishes and calls, answers from given handlers, hosts actors in process. */
export const memoryDapr = (): MemoryDapr => {
  const handlers = new Map<AppId, InvokeHandler>()
  const hosts = new Map<string, ActorHost>()
  const turns = new Map<string, Promise<unknown>>()
  const actorState = new Map<string, Map<string, unknown>>()
  const values: MemoryDapr['values'] = new Map()
  const up = (): void => { if (dapr.down) throw new DaprError('unreachable', 'the memory sidecar is down') }
  const hostOf = (type: string): ActorHost => {
    const host = hosts.get(type)
    if (!host) throw new DaprError('peer', `nobody hosts actor ${type}`, 500, 'ERR_ACTOR_NO_ADDRESS')
    return host
  }
  const turn = <T>(key: string, run: () => Promise<T>): Promise<T> => {
    const next = (turns.get(key) ?? Promise.resolve()).then(run, run)
    const quiet: Promise<unknown> = next.catch(() => undefined).then(() => { if (turns.get(key) === quiet) turns.delete(key) })
    turns.set(key, quiet)
    return next
  }
  const reminderKey = (type: string, id: string, name: string): string => `${type}/${id}/${name}`

  const dapr: MemoryDapr = {
    down: false, published: [], invoked: [], scheduled: new Map(), reminders: new Map(), values, secrets: new Map(),
    answer: (app, handler) => { handlers.set(app, handler) },
    host: actor => { hosts.set(actor.type, actor) },
    fire: async (type, id, name) => {
      const key = reminderKey(type, id, name)
      const reminder = dapr.reminders.get(key)
      if (!reminder) throw new Error(`no reminder ${key}`)
      if (reminder.period === undefined) dapr.reminders.delete(key)
      await turn(`${type}/${id}`, () => hostOf(type).remind(id, name, structuredClone(reminder.data)))
    },
    settled: async () => { while (turns.size) { await Promise.all(turns.values()); await new Promise(resolve => { setImmediate(resolve) }) } },
    invoke: async (app, method, path, options = {}) => {
      up()
      const call = { app, method, path, ...options }
      dapr.invoked.push(call)
      const handler = handlers.get(app)
      if (!handler) throw new DaprError('peer', `no handler for ${app}`, 500, 'ERR_DIRECT_INVOKE')
      return handler(call)
    },
    publishBulk: async (topic, events) => {
      up()
      if (new Set(events.map(e => e.id)).size < events.length) throw new DaprError('peer', `publishing to ${topic}: error: entryId is duplicated`, 400)
      for (const event of events) dapr.published.push({ topic, event: structuredClone(event) })
      return []
    },
    state: memoryState(values, up),
    secret: async name => { up(); return dapr.secrets.get(name) },
    actors: {
      invoke: async (type, id, method, body) => { up(); return turn(`${type}/${id}`, () => hostOf(type).call(id, method, structuredClone(body))) },
      getState: async (type, id, key) => { up(); return structuredClone(actorState.get(`${type}/${id}`)?.get(key)) },
      transact: async (type, id, operations) => {
        up()
        const state = actorState.get(`${type}/${id}`) ?? new Map<string, unknown>()
        actorState.set(`${type}/${id}`, state)
        for (const op of operations) {
          if (op.operation === 'delete') state.delete(op.key)
          else state.set(op.key, structuredClone(op.value))
        }
      },
      remind: async (type, id, name, reminder) => { up(); dapr.reminders.set(reminderKey(type, id, name), structuredClone(reminder)) },
      unremind: async (type, id, name) => { up(); dapr.reminders.delete(reminderKey(type, id, name)) },
    },
    jobs: { schedule: async (name, spec) => { up(); dapr.scheduled.set(name, spec) }, delete: async name => { up(); dapr.scheduled.delete(name) } },
    healthy: async () => !dapr.down,
    close: async () => {},
  }
  return dapr
}
