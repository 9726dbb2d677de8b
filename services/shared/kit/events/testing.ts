import type { ServiceId } from '../../contracts/define.ts'
import { ProjectDeleted, projectEvents } from '../../contracts/project/events.ts'
import { systemClock, type Clock } from '../clock.ts'
import type { CommandMeta } from '../command.ts'
import { memoryDapr } from '../dapr/memory-dapr.ts'
import { Refused, type Decider } from '../decider.ts'
import { aggregate } from './log/aggregate.ts'
import { CloudEvent } from '../../contracts/feed.ts'
import type { Commit, CommitDraft } from './log/commit.ts'
import { openLog } from './log/open-log.ts'
import { memoryStore } from './store/memory-store.ts'
import type { EventLog, Upcasters } from './log/event-log.ts'
import { silentLogger } from '../observe/log.ts'
import type { CommitStore } from './store/store.ts'

export type ParcelEvent = { type: 'Sent'; weight?: number } | { type: 'Lost' } | { type: 'Nameless' }
type ParcelCommand = { type: 'send' } | { type: 'lose' } | { type: 'needTwo' }

export const send = (commandId: string): CommandMeta => ({ actor: 'u1', at: '2026-01-01T00:00:00.000Z', correlationId: 'k1', causationId: null, commandId })

/** TEST DATA: counts what was sent. `Lost` is private, `Nameless` breaks its public contract. */
export const parcel: Decider<number, ParcelCommand, ParcelEvent> = {
  initial: 0,
  decide: (count, { type }) => {
    if (type === 'needTwo' && count < 2) throw new Refused('rule', 'too-few')
    return [{ type: type === 'lose' ? 'Lost' : 'Sent' }]
  },
  evolve: (count, event) => (event.type === 'Sent' ? count + (event.weight ?? 1) : count),
}
export const parcelOn = (log: EventLog<ParcelEvent>, upcast: Upcasters = {}) => aggregate({ name: 'parcel', log, decider: parcel, upcast })

export const draft = (id: string, version: number, previousHash: string, type: ParcelEvent['type']): CommitDraft<ParcelEvent> =>
  ({ tenantId: 'org', aggregate: 'parcel', id, version, previousHash, events: [{ type }], meta: send(`${id}:${version}:${type}`) })

/** All commits of a stream. */
export const commitsOf = async (log: Pick<CommitStore, 'readStream'>, stream: string): Promise<Commit[]> => {
  const commits: Commit[] = []
  await log.readStream(stream, commit => { commits.push(commit) })
  return commits
}
/** TEST LOG on a store in memory and a broker that remembers. */
export const logOf = ({ store = memoryStore(), dapr = memoryDapr(), ...rest }: { store?: CommitStore; dapr?: ReturnType<typeof memoryDapr>; partitions?: number; patienceMs?: number; instanceId?: string; beatMs?: number; deadAfterMs?: number; clock?: Clock } = {}) => {
  const log = openLog<ParcelEvent, typeof projectEvents>({
    db: store, service: 'project', topic: projectEvents, dapr, clock: systemClock, logger: silentLogger, ...rest,
    toPublic: ({ aggregateId, events }) => events.flatMap(({ type }) => {
      if (type === 'Lost') return []
      return [{ type: ProjectDeleted.type, data: { projectId: type === 'Nameless' ? '' : aggregateId } }]
    }),
  })
  return { log, store, dapr, published: (): CloudEvent[] => dapr.published.map(p => CloudEvent.parse(p.event)) }
}

/** Serves the feed of a log to those who invoke its service. */
export const answerFeed = (dapr: ReturnType<typeof memoryDapr>, app: ServiceId, log: Pick<EventLog, 'feed' | 'heads'>): void => {
  dapr.answer(app, async ({ path, query = {} }) => {
    const body = path === '/internal/feed/heads' ? { heads: await log.heads() } : await log.feed(Number(query['partition']), Number(query['after']), Number(query['limit']))
    return { status: 200, headers: {}, body }
  })
}

/** TEST PRODUCER with so many events for each subject, and a sidecar that reaches its feed. */
export const producer = async (subjects: readonly string[], { partitions = 2 } = {}) => {
  const made = logOf({ partitions })
  const parcels = parcelOn(made.log)
  for (const [i, id] of subjects.entries()) await parcels.handle('org', id, { type: i % 5 === 4 ? 'lose' : 'send' }, send(`c${i}`))
  await made.log.settled()
  const dapr = memoryDapr()
  answerFeed(dapr, 'project', made.log)
  return { ...made, parcels, sidecar: dapr, events: made.published() }
}

/** A process that can be killed: nothing that it asks of what it was given `only` arrives any more. `before` and `after` count its calls and may kill it at one of them. */
export const killable = ({ before, after }: { before?: number; after?: number } = {}) => {
  let dead = false
  let calls = 0
  const never = new Promise<never>(() => {})
  const guarded = async (call: () => unknown): Promise<unknown> => {
    const n = calls++
    if (n === before) dead = true
    if (dead) return never
    const result = await call()
    if (n === after) dead = true
    return dead ? never : result
  }
  const bitByBit = async function* (call: () => unknown): AsyncGenerator<unknown> {
    const items = await guarded(call)
    if (isAsyncIterable(items)) for await (const item of items) yield await guarded(() => item)
  }
  return {
    kill: (): void => { dead = true },
    alive: (): boolean => !dead,
    only: <T extends object>(target: T): T => new Proxy(target, {
      get: (it, name) => {
        const value: unknown = Reflect.get(it, name)
        if (typeof value !== 'function' || name === 'isTransient' || name === 'documents') return value
        const answer = name === 'readPage' ? bitByBit : guarded
        return (...args: unknown[]) => answer(() => Reflect.apply(value, it, args))
      },
    }),
  }
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> => typeof value === 'object' && value !== null && Symbol.asyncIterator in value
