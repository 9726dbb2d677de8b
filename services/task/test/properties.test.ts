import fc from 'fast-check'
import { expect, it } from 'vitest'
import { defaultWorkflow } from '../../shared/contracts/workflow.ts'
import { testClock } from '../../shared/kit/clock.ts'
import type { CommandMeta } from '../../shared/kit/command.ts'
import { memoryDapr } from '../../shared/kit/dapr/memory-dapr.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { streamOf } from '../../shared/kit/events/log/commit.ts'
import { memoryStore } from '../../shared/kit/events/store/memory-store.ts'
import { storable } from '../../shared/kit/events/views/storable.ts'
import { commitsOf } from '../../shared/kit/events/test/log-of.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { taskLinks } from '../commands/links.ts'
import { taskDeps } from '../compose.ts'
import { create } from './examples.ts'
import type { TaskCommand } from '../domain/task-commands.ts'
import type { TaskState } from '../domain/task-state.ts'
import { toTaskDocument } from '../views/task-document.ts'

const org = 'acme'
const ids = ['a', 'b', 'c', 'd'] as const
const id = fc.constantFrom(...ids)
const status = fc.constantFrom(...defaultWorkflow.statuses.map(s => s.key))
/** `again`: the same command a second time, as a client sends it that heard no answer. */
const step = fc.oneof(
  fc.record({ do: fc.constant('create' as const), id, again: fc.boolean() }),
  fc.record({ do: fc.constant('update' as const), id, title: fc.string({ minLength: 1, maxLength: 8 }), assigneeId: fc.constantFrom(null, 'ann', 'bob'), again: fc.boolean() }),
  fc.record({ do: fc.constant('move' as const), id, to: status, again: fc.boolean() }),
  fc.record({ do: fc.constantFrom('delete' as const, 'restore' as const), id, again: fc.boolean() }),
  fc.record({ do: fc.constantFrom('link' as const, 'unlink' as const), id, blocker: id, again: fc.boolean() }),
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

const service = () => {
  const clock = testClock()
  const deps = taskDeps({ db: memoryStore(), dapr: memoryDapr(), clock, logger: silentLogger })
  const linking = taskLinks(deps)
  const commandOf = (given: Exclude<Step, { blocker: string }>, at: string): TaskCommand => {
    const taskId = given.id
    switch (given.do) {
      case 'create': return { ...create, taskId, at }
      case 'update': return { type: 'UpdateTask', taskId, fields: { title: given.title, assigneeId: given.assigneeId }, mentions: [], at }
      case 'move': return { type: 'ChangeStatus', taskId, to: given.to, workflow: defaultWorkflow, role: 'owner', closedBlockers: [], at }
      case 'delete': return { type: 'DeleteTask', taskId, at }
      case 'restore': return { type: 'RestoreTask', taskId, workflow: defaultWorkflow, members: ['ann'], at }
    }
  }
  const run = async (given: Step, meta: CommandMeta): Promise<void> => {
    // Requests are let in only for tasks that are there.
    if ('blocker' in given) {
      await linking.demandBlockers(org, 'p1', [given.id, given.blocker])
      await linking[given.do === 'link' ? 'add' : 'remove'](org, 'p1', [{ taskId: given.id, blockerId: given.blocker }], meta)
    } else await deps.tasks.handle(org, given.id, commandOf(given, meta.at), meta)
  }
  return {
    ...deps,
    play: async (steps: readonly Step[]): Promise<void> => {
      for (const [n, given] of steps.entries()) {
        clock.advance(1_000)
        const meta: CommandMeta = { actor: 'ann', at: clock.now(), correlationId: `k${n}`, causationId: null, commandId: `c${n}` }
        // What the rules refuse leaves no trace; everything else would be a fault of the service.
        const refusedOr = (error: unknown): void => { if (!(error instanceof Refused)) throw error }
        await run(given, meta).catch(refusedOr)
        const before = (await commitsOf(deps.log, streamOf({ tenantId: org, aggregate: 'task', id: given.id }))).length
        if (given.again) await run(given, meta).catch(refusedOr)
        expect(await commitsOf(deps.log, streamOf({ tenantId: org, aggregate: 'task', id: given.id }))).toHaveLength(before)
      }
      await deps.log.settled()
      await deps.taskView.settled()
    },
  }
}
type Service = ReturnType<typeof service>

const everyPrefixIsThatTime = async ({ log, tasks, taskView }: Service): Promise<void> => {
  for (const one of ids) {
    const commits = await commitsOf(log, streamOf({ tenantId: org, aggregate: 'task', id: one }))
    const { state, version } = await tasks.load(org, one)
    let then = tasks.initial
    for (const commit of commits) {
      then = tasks.fold(then, commit)
      expect(await tasks.at(org, one, { version: commit.version })).toEqual({ state: then, version: commit.version })
    }
    for (const at of new Set(commits.map(c => c.at))) expect((await tasks.at(org, one, { time: at })).version).toBe(commits.findLast(c => c.at === at)?.version)
    expect({ state: then, version: commits.length }).toEqual({ state, version })
    const document = toTaskDocument(state, { tenantId: org })
    expect(await taskView.collection.findOne({ _id: one })).toEqual(document && { ...storable(document), _id: one, version })
    expect(await log.verifyChain(streamOf({ tenantId: org, aggregate: 'task', id: one }))).toBeUndefined()
  }
}
const nothingWaitsForItself = async ({ tasks }: Service): Promise<void> => {
  const all = new Map<string, TaskState>(await Promise.all(ids.map(async one => [one, (await tasks.load(org, one)).state] as const)))
  const blockers = (one: string): readonly string[] => { const task = all.get(one); return task?.exists ? task.blockedBy : [] }
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => blockers(from).some(b => b === to || (!seen.has(b) && reaches(b, to, seen.add(b))))
  for (const one of ids) {
    expect(reaches(one, one)).toBe(false)
    for (const blocker of blockers(one)) { const other = all.get(blocker); if (other?.exists) expect(other.blocks).toContain(one) }
  }
}
const positionsHaveNoHole = async ({ log }: Service): Promise<void> => {
  for (let partition = 0; partition < log.partitions; partition++) {
    const { events } = await log.feed(partition, -1, 1_000)
    expect(events.map(e => e.previous)).toEqual([-1, ...events.map(e => e.position)].slice(0, events.length))
    for (const some of Map.groupBy(events, e => e.subject).values()) expect(some.map(e => e.aggregateversion)).toEqual(some.map(e => e.aggregateversion).toSorted((a, b) => a - b))
    expect(await log.verifyPartition(partition)).toBeUndefined()
  }
}
const builtAnewIsTheSame = async ({ taskView }: Service): Promise<void> => {
  const live = await taskView.hash()
  await taskView.rebuild()
  expect(await taskView.hash()).toBe(live)
}

const sequences = fc.array(step, { minLength: 1, maxLength: 30 })

it('whatever is done in whatever order: log, state and read model agree, now and at every time before', () => fc.assert(fc.asyncProperty(sequences, async sequence => {
  const tried = service()
  await tried.play(sequence)
  for (const holds of [everyPrefixIsThatTime, nothingWaitsForItself, positionsHaveNoHole, builtAnewIsTheSame]) await holds(tried)
}), { numRuns: 30 }))
