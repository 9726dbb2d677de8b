import { setTimeout as sleep } from 'node:timers/promises'
import { taskApi } from '../../services/shared/contracts/task/http.ts'
import { effect } from './check/effects.ts'
import { withDatabase } from './stack/documents.ts'
import type { Platform } from './stack/platform.ts'
import type { Door } from './team/door.ts'
import type { Team } from './team/work.ts'

export type Backlog = {
  /** Events per second of a consumer that was stopped in order and finds everything waiting. */
  own: number
  /** Of one that stood still meanwhile. */
  held: number
}
// So many that the moment it takes to begin does not count.
const AT_ONCE = 400
const MANY = 4 * AT_ONCE
const PATIENCE_MS = 120_000
// One says little on a machine that is not quiet.
const TURNS = 3

/** Somebody is given many tasks at once. */
const pileUp = async ({ ask, ledger }: Door, { owner, members: [person], projectId }: Team, label: string): Promise<void> => {
  for (let first = 0; first < MANY; first += AT_ONCE) {
    const operations = Array.from({ length: AT_ONCE }, (_, i) => `${label}.${first + i}`)
      .map(title => ({ op: 'create' as const, key: title, task: { projectId, title, assigneeId: person.id } }))
    const made = await ask('bulkTasks', taskApi.bulkTasks, { token: owner.token(), body: { operations } })
    ledger.acknowledged.push(...(made?.results ?? []).flatMap(({ id, status }) => (id !== null && status < 300 ? [effect.created(id)] : [])))
  }
}
const told = (uri: string, label: string): Promise<number> =>
  withDatabase(uri, 'notification', db => db.collection('notifications').countDocuments({ type: 'assigned', title: { $regex: `^“${label}\\.` } }))

/** How quickly the notification service works off what piled up while it was away, beside what it can do by itself; in turns. */
export const workOff = async (platform: Platform, door: Door, team: Team): Promise<Backlog[]> => {
  const uri = platform.stack.secrets['mongodb-uri'] ?? ''
  const rate = async (label: string, away: () => Promise<unknown>, back: () => Promise<unknown>): Promise<number> => {
    await team.owner.keep()
    await away()
    await pileUp(door, team, label)
    await sleep(2_000)
    const before = await told(uri, label)
    await back()
    const began = performance.now()
    let after = before
    for (; after < MANY && performance.now() - began < PATIENCE_MS; after = await told(uri, label)) await sleep(100)
    // Two that both ran out of time are equal, and say nothing.
    if (after < MANY) door.tally.late.push(`backlog ${label}: ${after} of ${MANY} told after ${PATIENCE_MS} ms`)
    return (after - before) / ((performance.now() - began) / 1_000)
  }
  const service = platform.part('notification')
  const backlogs: Backlog[] = []
  for (let turn = 0; turn < TURNS; turn++) {
    backlogs.push({
      own: await rate(`own${turn}`, () => service.stop(), () => service.start()),
      held: await rate(`held${turn}`, async () => { platform.hold('notification') }, async () => { platform.release('notification') }),
    })
  }
  return backlogs
}
