import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { event, topic } from '../../../services/shared/contracts/define.ts'
import { gatewayApi } from '../../../services/shared/contracts/gateway/http.ts'
import { taskApi } from '../../../services/shared/contracts/task/http.ts'
import { systemClock } from '../../../services/shared/kit/clock.ts'
import type { DomainEvent } from '../../../services/shared/kit/events/log/commit.ts'
import { openLog } from '../../../services/shared/kit/events/log/open-log.ts'
import { silentLogger } from '../../../services/shared/kit/observe/log.ts'
import { effect } from '../check/effects.ts'
import { withDatabase } from '../stack/documents.ts'
import { pause, type Kind, type Scene } from './kind.ts'

// The same topic with contracts that let anything through: what a producer with a bug would publish.
const careless = topic('task-events', 'task', [event('TaskUpdated', 1, z.unknown()), event('TaskDeleted', 1, z.unknown())])
const consumers = ['notification', 'analytics'] as const
const WAIT_MS = 60_000
/** The longest that another fault keeps the store away. */
const OTHERS_MS = 90_000
/** Others are told within this, whatever is parked beside them. */
const UNMOVED_MS = 10_000

/** Two events of one aggregate: one that nobody can read, and a good one behind it. */
const poison = ({ platform, team }: Scene, id: string): Promise<void> => withDatabase(platform.stack.secrets['mongodb-uri'] ?? '', 'task', async db => {
  const log = openLog<DomainEvent, typeof careless>({
    db, service: 'task', topic: careless, dapr: { publishBulk: async () => [] }, clock: systemClock, logger: silentLogger,
    toPublic: ({ version, aggregateId }) => [version === 1 ? { type: 'TaskUpdated', data: { nonsense: true } } : { type: 'TaskDeleted', data: { taskId: aggregateId, projectId: team.projectId, title: 'Behind', assigneeId: null, reporterId: null } }],
  })
  const draft = { tenantId: team.owner.organizationId, aggregate: 'poison', id, events: [{ type: 'Poisoned' }], meta: { actor: team.owner.id, at: systemClock.now(), correlationId: id, causationId: null, commandId: id } }
  const first = await log.append({ ...draft, version: 1, previousHash: '' })
  await log.append({ ...draft, version: 2, previousHash: first.hash, meta: { ...draft.meta, commandId: `${id}-2` } })
  await log.settled()
  await log.stop()
})

const lettersOf = async ({ door, team }: Scene, service: (typeof consumers)[number], subject: string): Promise<{ id: string; behind: string | null }[]> =>
  ((await door.ask('listDeadLetters', gatewayApi.listDeadLetters, { token: team.owner.token(), query: { service, limit: 200 } }))?.items ?? []).filter(letter => letter.subject === subject)

const until = async (what: string, scene: Scene, holds: () => Promise<boolean>, withinMs: number): Promise<void> => {
  for (const end = performance.now() + withinMs; !await holds();) {
    if (performance.now() > end) { scene.door.tally.strange.push(`poison: ${what} within ${withinMs} ms`); return }
    await pause(250)
  }
}
/** A task given to somebody while its neighbour is parked: he is told all the same. */
const othersGoOn = async (scene: Scene): Promise<void> => {
  const { door, platform, team: { owner, members: [person], projectId } } = scene
  const task = await door.ask('createTask', taskApi.createTask, { token: owner.token(), body: { projectId, title: `Beside poison ${randomUUID()}`, assigneeId: person.id } })
  if (!task) return
  door.ledger.acknowledged.push(effect.created(task.id))
  await until('somebody else was not told', scene, () => withDatabase(platform.stack.secrets['mongodb-uri'] ?? '', 'notification', async db => await db.collection('notifications').findOne({ subject: task.id, type: 'assigned' }) !== null), UNMOVED_MS)
}

/** One aggregate says what nobody can handle: it is parked, others go on; it stays parked when replayed, and what waits behind it goes on when it is skipped. */
export const poisons: readonly Kind[] = [{
  name: 'poison one aggregate',
  alone: true,
  targets: () => consumers,
  strike: async (scene, target) => {
    const service = consumers.find(c => c === target) ?? 'notification'
    const { door, team: { owner } } = scene
    let id = randomUUID()
    // Other faults go on while this one begins.
    for (const end = performance.now() + OTHERS_MS; ; id = randomUUID()) {
      door.ledger.poisoned.add(id)
      try { await poison(scene, id); break } catch (error) { if (performance.now() > end) throw error }
      await pause(1_000)
    }
    await until('both were not parked', scene, async () => (await lettersOf(scene, service, id)).length === 2, WAIT_MS)
    await othersGoOn(scene)
    const head = (await lettersOf(scene, service, id)).find(letter => letter.behind === null)
    if (!head) { door.tally.strange.push('poison: no letter failed by itself'); return }
    const params = { service, id: head.id }
    const replayed = await door.ask('replayDeadLetter', gatewayApi.replayDeadLetter, { token: owner.token(), params })
    if (replayed && replayed.state !== 'waiting') door.tally.strange.push(`poison: replaying made it ${replayed.state}`)
    const skipped = await door.ask('skipDeadLetter', gatewayApi.skipDeadLetter, { token: owner.token(), params }, { doneIf: ['dead-letter-settled'] })
    if (skipped && !skipped.goesOn && skipped.replayed !== 1) door.tally.strange.push(`poison: ${skipped.replayed} of 1 behind it went on`)
    await until('letters still wait', scene, async () => (await lettersOf(scene, service, id)).length === 0, WAIT_MS)
  },
}]
