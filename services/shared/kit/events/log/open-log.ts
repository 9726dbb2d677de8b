import { randomUUID } from 'node:crypto'
import type { Connection } from 'mongoose'
import type { PublicEvent, ServiceId, Topic } from '../../../contracts/define.ts'
import type { Clock } from '../../clock.ts'
import type { Dapr } from '../../dapr/dapr.ts'
import { Refused } from '../../decider.ts'
import { currentContext } from '../../observe/context.ts'
import { traceparentOf } from '../../observe/traceparent.ts'
import { VersionConflict, type Commit, type DomainEvent } from './commit.ts'
import type { CloudEvent } from '../../../contracts/feed.ts'
import { contractCheck } from './contract-check.ts'
import { decoder } from './decode.ts'
import { completeDraft, sealed } from './draft.ts'
import { followUps } from './follow-ups.ts'
import { batched } from '../../batching/batched.ts'
import { commonBeat } from '../positions/common-beat.ts'
import { groupCommit } from './group-commit.ts'
import { journal as newJournal } from './journal.ts'
import { logLifecycle } from './log-lifecycle.ts'
import { pipeline as newPipeline } from './pipeline.ts'
import { predecessors as newPredecessors } from '../positions/predecessors.ts'
import type { DomainCommit, EventLog } from './event-log.ts'
import type { Logger } from '../../observe/log.ts'
import { latestEnd, START } from '../positions/segments.ts'
import { readLease } from './read-lease.ts'
import { readModels } from './read-models.ts'
import { logReader } from './reader.ts'
import { recovery as newRecovery } from './recovery.ts'
import { relay } from '../relay/relay.ts'
import { sequencer } from '../positions/sequencer.ts'
import { openStore } from '../store/open-store.ts'
import { uncertainAppends } from './uncertain-appends.ts'
import type { CommitStore, End, Segment } from '../store/store.ts'

// Half of what a publication takes.
const LONG = 100
/** A process whose beat stands still for so long is taken for dead, where nothing else is said. */
export const DEAD_AFTER_MS = 20_000

export type LogOptions<E extends DomainEvent, T extends Topic> = {
  /** The service's own database, or a store (`memoryStore()` in tests). */
  db: Connection | CommitStore
  service: ServiceId
  topic: T
  /** What a commit says in public, in order; checked against the contract before the commit is stored. `[]` keeps it private. */
  toPublic: (commit: DomainCommit<E>) => readonly PublicEvent<T>[]
  dapr: Pick<Dapr, 'publishBulk'>
  clock: Clock
  logger: Logger
  partitions?: number
  instanceId?: string
  /** How often a process shows that it lives, and when it is taken for dead: longer than three beats and the patience of an append together. */
  beatMs?: number
  /** How long an append waits for the store before it is refused. */
  patienceMs?: number
  deadAfterMs?: number
}

/** Opens the event log of a service. */
export const openLog = <E extends DomainEvent, T extends Topic>(options: LogOptions<E, T>): EventLog<E> => {
  const { service, topic, toPublic, dapr, clock, logger, partitions = 4, instanceId = randomUUID(), beatMs = 5_000, deadAfterMs = DEAD_AFTER_MS } = options
  const store: CommitStore = openStore(options.db)
  const writer = `${instanceId}.${randomUUID()}`
  const { upcast, decode } = decoder<E>()
  const check = contractCheck(topic)
  const numbers = Array.from({ length: partitions }, (_, partition) => partition)
  const follow = followUps<E>({ decode, logger })

  // Once for all partitions.
  const writers = batched(async (asked: readonly number[]) => {
    const all = await store.writers()
    return asked.map(partition => all.flatMap(({ heads, ends = [] }) => [heads[partition] ?? START, ends[partition] ?? START]))
  }, Infinity)
  /**
   * The latest end that any process has written down: reading begins there, however long the log.
   * What is behind it and was left by a dead process is read from where that one stood.
   */
  const from = async (partition: number): Promise<End> => latestEnd(store, partition, await writers(partition))
  const together = batched(async (lists: readonly (readonly CloudEvent[])[]) => {
    const failed = await dapr.publishBulk(topic.name, lists.flat())
    return lists.map(list => failed.filter(f => list.some(event => event.id === f.id)))
  })
  /** Partitions share a publication, but for a long one, which gains nothing by waiting: each partition has one under way, so its order stays. */
  const publish = (events: readonly CloudEvent[]): ReturnType<typeof together> =>
    (events.length >= LONG ? dapr.publishBulk(topic.name, events) : together(events))
  const relays = numbers.map(() => relay({ store, source: service, publish, logger }))
  const told: ((ofOthers: readonly Commit[]) => void)[] = []
  const onPassed = ({ commits }: Segment): void => {
    const ofOthers = commits.filter(({ journal: chunk }) => !chunk.startsWith(`${writer}:`))
    if (ofOthers.length > 0) for (const tell of told) tell(ofOthers)
  }
  const pace = commonBeat()
  const sequencers = numbers.map(partition => sequencer({
    store, partition, from: () => from(partition), now: () => clock.now(), logger, pace, onPassed,
    onPositioned: (segment, groups, bytes) => { pipeline.publish(segment, groups, bytes) },
  }))
  const ends = (): End[] => sequencers.map(s => s.known() ?? START)
  const models = readModels()
  const journal = newJournal({ store, writer, partitions, ends, shapes: models.shapes })
  const predecessors = newPredecessors({ store, recovered: dead => recovery.recovered(dead) })
  const pipeline = newPipeline({ store, journal, sequencers, relays, follow, before: predecessors, isUncertain: id => uncertain.hasId(id), logger })
  const recovery = newRecovery({ store, writer, instanceId, beatMs, clock, logger, adopt: pipeline.adopt, deadAfterMs })
  const lease = readLease({ store, writer, clock, deadAfterMs })
  const uncertain = uncertainAppends({ store, journal, adopt: pipeline.adopt, clock })
  const life = logLifecycle({
    journal, recovery, uncertain, lease, clock, logger, beatMs, prepare: async () => {
      await store.prepare()
      await Promise.all(sequencers.map(s => s.catchUp()))
    },
  })
  const insert = groupCommit({ store, onUncertain: uncertain.track, ...(options.patienceMs !== undefined && { patienceMs: options.patienceMs }) })

  const append: EventLog<E>['append'] = async (draft, onDurable) => {
    const context = currentContext()
    const whole = completeDraft(draft, { partitions, traceparent: context ? traceparentOf(context) : null, say: commit => toPublic(decode(commit)).map(check) })
    await life.ready()
    const commit = sealed(whole, await journal.enter())
    try {
      await life.noticed()
      await insert(commit)
    } catch (error) {
      // What may still arrive keeps its place in the chunk.
      if (!uncertain.isTracked(commit)) journal.leave(commit.journal)
      if (error instanceof VersionConflict || error instanceof Refused) throw error
      throw new Error(`${commit.id} could not be stored`, { cause: error })
    }
    onDurable?.(commit)
    pipeline.enter(commit, draft.previousJournal)
    return commit
  }

  return {
    store, logger, topic: topic.name, partitions, writer, append, upcast, decode,
    react: follow.react,
    project: follow.project,
    readModel: models.add,
    rebuilding: () => models.opening() && !recovery.alone(),
    start: async () => {
      // Before anything is appended here: processes of the shape before follow what this one appends from where a rebuild began.
      await models.open(life.prepared)
      await life.start()
    },
    stop: async () => {
      models.stop()
      await life.stop()
      follow.stop()
      await Promise.all([...sequencers, ...relays].map(s => s.stop()))
    },
    settled: life.settled,
    unfinishedOfOthers: recovery.unfinished,
    aloneSince: life.aloneSince,
    passes: tell => { told.push(tell) },
    isUncertain: uncertain.hasId,
    positioned: pipeline.positioned,
    gauges: () => {
      const { followUps, publications } = journal.unfinished()
      return { lag: publications - uncertain.count(), unfinished: followUps - uncertain.count(), oldestMs: Math.max(0, ...relays.map(r => r.oldestMs())) }
    },
    ...logReader({ store, service, partitions, sequencers }),
  }
}
