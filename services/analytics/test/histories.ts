import type { Received } from '../../shared/kit/events/consumer/handler.ts'
import { received } from './chdb.ts'
import type { Random } from './random.ts'

const statuses = [['todo', 'open'], ['in_progress', 'active'], ['in_review', 'review'], ['done', 'done'], ['cancelled', 'cancelled']] as const
const people = ['ann', 'bob', 'eve', null]
const MINUTE = 60_000

/** The events of some tasks of an organization: created, moved to and fro, reopened, given to somebody else, deleted and restored, at times and with due dates of all kinds. */
export const historyOf = (pick: Random, organizationId: string, tasks = 60): Received[] => {
  let position = 0
  const one = (n: number): Received[] => {
    const [taskId, projectId, created] = [`t${n}`, `p${pick(3)}`, Date.UTC(2026, 2, 1 + pick(30), pick(24), pick(60), pick(60), pick(1000))]
    let at = created
    let started: number | null = null
    let assigneeId = people[pick(4)] ?? null
    let status: (typeof statuses)[number] = statuses[0]
    const iso = (time: number): string => new Date(time).toISOString()
    const dueAt = (): string | null => pick(3) === 0 ? null : iso(created + pick(120 * 24 * 60) * MINUTE)
    const event = (version: number, type: string, data: object, nth = 0): Received => received(position++, {
      id: `${organizationId}/task/${taskId}:${version}#${nth}`, type, subject: taskId, organizationId, version, at: iso(at), actor: people[pick(3)] ?? 'ann', partition: n % 4,
      data: { taskId, projectId, assigneeId, ...data },
    })
    const step = (version: number): Received[] => {
      at += pick(6000) * MINUTE + pick(60_000)
      const kind = pick(10)
      if (kind === 0) return [event(version, 'TaskDeleted', {})]
      if (kind === 1) return [event(version, 'TaskRestored', { status: status[0] })]
      if (kind === 2) return [event(version, 'TaskUpdated', { changes: { dueAt: { before: null, after: dueAt() } } })]
      if (kind === 3) {
        assigneeId = people[pick(4)] ?? null
        return [event(version, 'TaskUpdated', { changes: { assigneeId: { before: null, after: assigneeId } } })]
      }
      if (kind === 4) return [event(version, 'CommentAdded', {})]
      status = statuses[pick(5)] ?? statuses[0]
      if (status[1] === 'active') started ??= at
      const changed = event(version, 'TaskStatusChanged', { from: 'x', to: status[0], category: status[1] })
      if (status[1] !== 'done') return [changed]
      const times = { completedAt: iso(at), startedAt: started === null ? null : iso(started), createdAt: iso(created) }
      return [changed, event(version, 'TaskCompleted', times, 1)]
    }
    return [event(1, 'TaskCreated', { status: 'todo', dueAt: dueAt() }), ...Array.from({ length: pick(9) }, (_, i) => step(i + 2)).flat()]
  }
  return Array.from({ length: tasks }, (_, n) => one(n)).flat()
}
