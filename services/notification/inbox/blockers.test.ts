import { expect, it } from 'vitest'
import { memoryTables } from '../store/rows.ts'
import { notificationsFor } from './drafts.ts'
import type { Heard, HeardEvent } from './events.ts'
import { rememberedFacts } from './known.ts'

const by = { organizationId: 'o1', actor: 'cy' }
const minute = (n: number): string => new Date(Date.UTC(2026, 2, 2, 9, n)).toISOString()
const blocker = { taskId: 't1', projectId: 'p1', title: 'Ship', assigneeId: null, reporterId: null }
const of = (subject: string, version: number) => ({ ...by, id: `o1/task/${subject}:${version}#0`, subject, version, at: minute(version) })
const completed = (version: number): Heard<'TaskCompleted'> =>
  ({ ...of('t1', version), type: 'TaskCompleted', data: { ...blocker, completedAt: minute(version), startedAt: null, createdAt: minute(0) } })
const moved = (version: number, category: 'active' | 'cancelled'): HeardEvent =>
  ({ ...of('t1', version), type: 'TaskStatusChanged', data: { ...blocker, from: 'x', to: 'y', category } })
const deleted = (version: number, actor = 'cy'): HeardEvent => ({ ...of('t1', version), actor, type: 'TaskDeleted', data: blocker })
const restored = (version: number): HeardEvent => ({ ...of('t1', version), type: 'TaskRestored', data: { ...blocker, status: 'x' } })
const updated = (version: number, assigneeId: string, changes: Heard<'TaskUpdated'>['data']['changes']): HeardEvent => ({
  ...of('t2', version), type: 'TaskUpdated',
  data: { taskId: 't2', projectId: 'p1', title: 'Launch', assigneeId, reporterId: 'bob', changes, mentions: [] },
})
const waits = (version: number, assigneeId = 'ann', before: string[] = [], after = ['t1']): HeardEvent =>
  updated(version, assigneeId, { blockedBy: { before, after } })
const handed = (version: number, assigneeId: string): HeardEvent => updated(version, assigneeId, { assigneeId: { before: 'ann', after: assigneeId } })

/** What is told while these events are handled one after the other: by which event, to whom, and what. */
const toldOf = async (events: readonly HeardEvent[], tables = memoryTables()): Promise<string[]> => {
  const known = rememberedFacts(tables)
  const told: string[] = []
  for (const event of events) {
    const facts = await known.before(event)
    told.push(...notificationsFor(event, facts).map(({ userId, title }) => `${event.id} ${userId}: ${title}`))
    await known.learn(event, new Set(), facts)
    await known.catchUp(event, async (cause, drafts) => { told.push(...drafts.map(({ userId, title }) => `${cause.id} ${userId}: ${title}`)) })
  }
  return told
}
const heard = (version: number, how: string): string => `o1/task/t1:${version}#0 ann: A blocker of “Launch” ${how}`

const historiesOfOne: readonly (readonly [string, readonly HeardEvent[], readonly string[]])[] = [
  ['was done, opened again, and cancelled', [completed(2), moved(3, 'active'), moved(4, 'cancelled')], [heard(2, 'is done'), heard(4, 'was cancelled')]],
  ['was cancelled, opened again, and deleted', [moved(2, 'cancelled'), moved(3, 'active'), deleted(4)], [heard(2, 'was cancelled'), heard(4, 'was deleted')]],
  ['went and came back with its project, and was cancelled', [deleted(2, 'service:project'), restored(3), moved(4, 'cancelled')], [heard(4, 'was cancelled')]],
  ['was done, deleted, restored, and deleted again', [completed(2), deleted(3), restored(4), deleted(5)], [heard(2, 'is done')]],
]
it.each(historiesOfOne)('whose task waits hears of a blocker that %s', async (_, events, expected) => {
  expect(await toldOf([waits(1), ...events])).toEqual(expected)
})

it.each([
  ['done', completed(5), 'is done'], ['cancelled', moved(5, 'cancelled'), 'was cancelled'], ['deleted', deleted(5), 'was deleted'],
] as const)('that a blocker was %s is told, by the same event, also when it is handled before the link that it ends', async (_, closing, how) => {
  const tables = memoryTables()
  expect(await toldOf([closing, waits(1)], tables)).toEqual([heard(5, how)])
  // Nothing is held up any more, and the link once more tells no more.
  expect(await toldOf([waits(1), deleted(6)], tables)).toEqual([])
})
it('a task that was done once more after the link ends it, too', async () => {
  expect(await toldOf([completed(2), moved(3, 'active'), completed(6), waits(5)])).toEqual([heard(6, 'is done')])
})
it.each([
  ['done, opened again, and cancelled', [completed(2), moved(3, 'active'), waits(1), moved(4, 'cancelled')], [heard(4, 'was cancelled')]],
  ['done, opened again, and deleted', [completed(2), moved(3, 'active'), waits(1), deleted(4)], [heard(4, 'was deleted')]],
  ['deleted, restored, and cancelled', [deleted(2), restored(3), waits(1), moved(4, 'cancelled')], [heard(4, 'was cancelled')]],
  ['done, and went and came back with its project', [completed(2), deleted(3, 'service:project'), restored(4), waits(1)], [heard(2, 'is done')]],
] as const)('only what still holds is told when the link is handled late to a blocker that was %s', async (_, events, expected) => {
  expect(await toldOf(events)).toEqual(expected)
})
it('a blocker that opens again while its closing is being told of holds up: that it goes for good is told, too', async () => {
  const tables = memoryTables()
  const known = rememberedFacts(tables)
  expect(await toldOf([completed(2)], tables)).toEqual([])
  const [link, opened] = [waits(1), moved(3, 'active')]
  await known.learn(link, new Set(), await known.before(link))
  await known.catchUp(link, async () => { await known.learn(opened, new Set(), await known.before(opened)) })
  expect(await toldOf([moved(4, 'cancelled')], tables)).toEqual([heard(4, 'was cancelled')])
})
it('a link that is handled once more tells nobody new of a blocker that has opened again', async () => {
  const told = await toldOf([waits(1), completed(2), moved(3, 'active'), handed(4, 'dan'), waits(1)])
  expect(told.filter(text => text.includes('A blocker'))).toEqual([heard(2, 'is done')])
})
it.each([
  ['was closed before the link', [completed(2), waits(3)]],
  ['was closed by whose task waits', [{ ...completed(5), actor: 'ann' }, waits(1)]],
  ['went with its project', [deleted(5, 'service:project'), waits(1)]],
  ['was handled before a link that is no more', [waits(1, 'ann', [], ['t1']), waits(3, 'ann', ['t1'], []), completed(5), waits(1)]],
] as const)('nobody is told of a blocker that %s', async (_, events) => {
  expect(await toldOf(events)).toEqual([])
})
it('is told after a crash between the link and what it tells', async () => {
  const tables = memoryTables()
  await toldOf([completed(5)], tables)
  const known = rememberedFacts(tables)
  await known.learn(waits(1), new Set(), await known.before(waits(1)))
  expect(await toldOf([waits(1)], tables)).toEqual([heard(5, 'is done')])
})
it('a completion and its link that are handled at once miss nobody', async () => {
  const tables = memoryTables()
  const linked = Promise.withResolvers<string[]>()
  const { find } = tables.waiting
  // The link is handled as a whole between the note that the blocker closed and the look for who waits for it.
  tables.waiting.find = async (where, options) => {
    if (where.blockerId !== 't1') return find(where, options)
    const before = await find(where, options)
    linked.resolve(await toldOf([waits(1)], { ...tables, waiting: { ...tables.waiting, find } }))
    return before
  }
  expect([await toldOf([completed(5)], tables), await linked.promise]).toEqual([[], [heard(5, 'is done')]])
})
