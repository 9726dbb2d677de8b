import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { analyticsApi } from '../../../services/shared/contracts/analytics/http.ts'
import { event, topic } from '../../../services/shared/contracts/define.ts'
import { gatewayApi } from '../../../services/shared/contracts/gateway/http.ts'
import { projectApi } from '../../../services/shared/contracts/project/http.ts'
import { taskApi } from '../../../services/shared/contracts/task/http.ts'
import { systemClock } from '../../../services/shared/kit/clock.ts'
import { partitionOf, streamOf, type DomainEvent } from '../../../services/shared/kit/events/log/commit.ts'
import { openLog } from '../../../services/shared/kit/events/log/open-log.ts'
import { silentLogger } from '../../../services/shared/kit/observe/log.ts'
import { effect } from '../check/effects.ts'
import { withDatabase } from '../stack/documents.ts'
import { pause, type Kind, type Scene } from './kind.ts'

// The same topic with contracts that let anything through: what a producer with a bug would publish.
const careless = topic('task-events', 'task', [event('TaskUpdated', 1, z.unknown()), event('TaskDeleted', 1, z.unknown())])
const consumers = ['notification', 'analytics'] as const
type Consumer = (typeof consumers)[number]
const KIND = 'poison'
const PARTITIONS = 4
const WAIT_MS = 120_000
/** What was done to the store before may not be over. */
const OTHERS_MS = 90_000
/** Others are told within this, whatever is parked beside them. */
const UNMOVED_MS = 10_000

/** Two events of one aggregate: one that nobody can read, and a good one behind it. */
const poison = ({ platform, team }: Scene, id: string): Promise<void> => withDatabase(platform.stack.secrets['mongodb-uri'] ?? '', 'task', async db => {
  const log = openLog<DomainEvent, typeof careless>({
    db, service: 'task', topic: careless, dapr: { publishBulk: async () => [] }, clock: systemClock, logger: silentLogger,
    partitions: PARTITIONS,
    toPublic: ({ version, aggregateId }) => [version === 1
      ? { type: 'TaskUpdated', data: { nonsense: true } }
      : { type: 'TaskDeleted', data: { taskId: aggregateId, projectId: team.projectId, title: 'Behind', assigneeId: null, reporterId: null } }],
  })
  const draft = {
    tenantId: team.owner.organizationId, aggregate: KIND, id, events: [{ type: 'Poisoned' }],
    meta: { actor: team.owner.id, at: systemClock.now(), correlationId: id, causationId: null, commandId: id },
  }
  const first = await log.append({ ...draft, version: 1, previousHash: '' })
  await log.append({ ...draft, version: 2, previousHash: first.hash, meta: { ...draft.meta, commandId: `${id}-2` } })
  await log.settled()
  await log.stop()
})

const lettersOf = async ({ door, team }: Scene, service: Consumer, subject: string): Promise<{ id: string; behind: string | null }[]> => {
  const letters = await door.ask('listDeadLetters', gatewayApi.listDeadLetters, { token: team.owner.token(), query: { service, limit: 200 } })
  return (letters?.items ?? []).filter(letter => letter.subject === subject)
}

/** Whether it holds in time. */
const comesTrue = async (holds: () => Promise<boolean>, withinMs: number): Promise<boolean> => {
  for (const end = performance.now() + withinMs; performance.now() < end; await pause(250)) if (await holds()) return true
  return false
}

type Neighbour = { taskId: string; projectId: string }
/** A task in a project of its own, so that it can be told from all others in figures, too. */
const neighbour = async ({ door, team: { owner, members: [person] } }: Scene): Promise<Neighbour | undefined> => {
  const project = await door.ask('createProject', projectApi.createProject, { token: owner.token(), body: { name: 'Beside poison', members: [{ userId: person.id }] } })
  if (!project || !('id' in project)) return undefined
  const projectId = project.id
  door.ledger.acknowledged.push(effect.project(projectId), effect.joined(projectId, owner.id), effect.joined(projectId, person.id))
  const task = await door.ask('createTask', taskApi.createTask, { token: owner.token(), body: { projectId, title: `Beside poison ${randomUUID()}` } })
  if (!task) return undefined
  door.ledger.acknowledged.push(effect.created(task.id))
  return { taskId: task.id, projectId }
}
/** An id of which the events go the same way as those of the neighbour. */
const inPartitionOf = ({ taskId }: Neighbour, tenantId: string): string => {
  const at = (aggregate: string, id: string): number => partitionOf(streamOf({ tenantId, aggregate, id }), PARTITIONS)
  for (let id = randomUUID(); ; id = randomUUID()) if (at(KIND, id) === at('task', taskId)) return id
}
/** The neighbour is given to somebody while the other is parked: this consumer knows it all the same. */
const goesOn = async ({ door, platform, team: { owner, members: [person] } }: Scene, service: Consumer, { taskId, projectId }: Neighbour): Promise<void> => {
  const knows: Record<Consumer, () => Promise<boolean>> = {
    notification: () => withDatabase(platform.stack.secrets['mongodb-uri'] ?? '', 'notification', async db =>
      await db.collection('notifications').findOne({ subject: taskId, type: 'assigned' }) !== null),
    analytics: async () => {
      const answer = await door.ask('dashboard', analyticsApi.dashboard, { token: owner.token(), query: { projectId } })
      return answer?.load.some(({ userId }) => userId === person.id) ?? false
    },
  }
  await door.ask(
    'updateTask', taskApi.updateTask,
    { token: owner.token(), params: { id: taskId }, body: { assigneeId: person.id } },
    { effects: [effect.assigned(taskId, person.id)] },
  )
  if (!await comesTrue(knows[service], UNMOVED_MS)) door.tally.late.push(`poison: ${service} did not hear of a neighbour within ${UNMOVED_MS} ms`)
}

/** One aggregate says what nobody can handle: it is parked, others go on; it stays parked when replayed, and what waits behind it goes on when it is skipped. */
export const poisons: readonly Kind[] = [{
  name: 'poison one aggregate',
  alone: true,
  targets: () => consumers,
  strike: async (scene, target) => {
    const service = consumers.find(c => c === target) ?? 'notification'
    const { door, team: { owner } } = scene
    const wrong = (what: string): void => { door.tally.wrong.push(`poison: ${what}`) }
    const beside = await neighbour(scene)
    if (!beside) return 'missed'
    let id = inPartitionOf(beside, owner.organizationId)
    for (const end = performance.now() + OTHERS_MS; ; id = inPartitionOf(beside, owner.organizationId)) {
      door.ledger.poisoned.add(id)
      try { await poison(scene, id); break } catch (error) { if (performance.now() > end) throw error }
      await pause(1_000)
    }
    if (!await comesTrue(async () => (await lettersOf(scene, service, id)).length === 2, WAIT_MS)) wrong(`${service} did not park both within ${WAIT_MS} ms`)
    await goesOn(scene, service, beside)
    const head = (await lettersOf(scene, service, id)).find(letter => letter.behind === null)
    if (!head) { wrong('no letter failed by itself'); return }
    const params = { service, id: head.id }
    const replayed = await door.ask('replayDeadLetter', gatewayApi.replayDeadLetter, { token: owner.token(), params })
    if (replayed && replayed.state !== 'waiting') wrong(`replaying made it ${replayed.state}`)
    const skipped = await door.ask('skipDeadLetter', gatewayApi.skipDeadLetter, { token: owner.token(), params }, { doneIf: ['dead-letter-settled'] })
    if (skipped && !skipped.goesOn && skipped.replayed !== 1) wrong(`${skipped.replayed} of 1 behind it went on`)
    if (!await comesTrue(async () => (await lettersOf(scene, service, id)).length === 0, WAIT_MS)) wrong(`letters still wait in ${service} after ${WAIT_MS} ms`)
  },
}]
