import { expect, it } from 'vitest'
import { goneKey, memoryTables } from '../store/rows.ts'
import { notificationsFor } from './drafts.ts'
import type { HeardEvent } from './events.ts'
import { rememberedFacts } from './known.ts'

/** Tables that note what is asked of them, and how many answers were waited for at a time. */
const watchedTables = () => {
  const seen = { calls: new Array<string>(), most: 0 }
  let under = 0
  const watched = <T extends object>(name: string, table: T): T => new Proxy(table, {
    get: (it, key) => {
      const call: unknown = Reflect.get(it, key)
      if (typeof call !== 'function') return call
      return async (...given: unknown[]): Promise<unknown> => {
        seen.calls.push(`${name}.${String(key)}`)
        seen.most = Math.max(seen.most, ++under)
        await new Promise(resolve => { setImmediate(resolve) })
        under--
        return Reflect.apply(call, it, given)
      }
    },
  })
  const { watchers, waiting, closings, members, projects, gone } = memoryTables()
  return { seen, tables: {
    watchers: watched('watchers', watchers), waiting: watched('waiting', waiting), closings: watched('closings', closings), members: watched('members', members),
    projects: watched('projects', projects), gone: watched('gone', gone),
  } }
}

const about = { taskId: 't1', projectId: 'p1', title: 'Ship', assigneeId: 'ann', reporterId: 'bob' }
const by = { id: 'o1/task/t1:1#0', subject: 't1', version: 1, organizationId: 'o1', actor: 'cy', at: '2026-03-02T09:00:00.000Z' }
const member = { projectId: 'p1', userId: 'ann' }
const completed = { ...by, type: 'TaskCompleted', data: { ...about, completedAt: by.at, startedAt: null, createdAt: by.at } } as const
const waits = (before: string[], after: string[]): HeardEvent => ({
  ...by, subject: 't2', type: 'TaskUpdated', data: { ...about, taskId: 't2', changes: { blockedBy: { before, after } }, mentions: [] },
})

const moved = (category: 'active' | 'cancelled'): HeardEvent => ({ ...by, type: 'TaskStatusChanged', data: { ...about, assigneeId: null, reporterId: null, from: 'x', to: 'y', category } })
const changes = (what: Record<string, { before: unknown; after: unknown }>, assigneeId: string | null): HeardEvent => ({
  ...by, subject: 't2', type: 'TaskUpdated', data: { ...about, taskId: 't2', title: 'Launch', assigneeId, changes: what, mentions: [] },
})

const handle = async (tables: ReturnType<typeof watchedTables>['tables'], event: HeardEvent): Promise<string[]> => {
  const known = rememberedFacts(tables)
  const facts = await known.before(event)
  await known.learn(event, new Set(), facts)
  return notificationsFor(event, facts).map(draft => draft.type)
}
const asked: readonly (readonly [string, HeardEvent, readonly string[]])[] = [
  ['a task that held nobody up is done', completed, ['closings.insert', 'waiting.find']],
  ['one is cancelled', { ...by, type: 'TaskStatusChanged', data: { ...about, from: 'todo', to: 'dropped', category: 'cancelled' } }, ['watchers.find', 'closings.insert', 'waiting.find']],
  ['one goes from a closed status to another', { ...by, type: 'TaskStatusChanged', data: { ...about, from: 'dropped', to: 'done', category: 'done' } }, ['watchers.find']],
  ['one is deleted', { ...by, type: 'TaskDeleted', data: about }, ['watchers.find', 'closings.insert', 'waiting.find', 'waiting.find']],
  ['somebody joins', { ...by, type: 'MemberAdded', data: { ...member, role: 'viewer', allocationPercent: 0 } }, ['members.one', 'projects.one', 'members.insert', 'gone.one']],
  ['somebody leaves', { ...by, type: 'MemberRemoved', data: member }, ['projects.one', 'members.set']],
  ['a project has another description', { ...by, type: 'ProjectUpdated', data: { projectId: 'p1', changes: { description: { before: '', after: 'x' } } } }, []],
]

it.each(asked)('when %s, only what its news depend on is asked for', async (_, event, expected) => {
  const { seen, tables } = watchedTables()
  await handle(tables, event)
  expect(seen.calls).toEqual(expected)
})
it('who was freed is marked once, and hears nothing when that blocker goes later', async () => {
  const { seen, tables } = watchedTables()
  await handle(tables, waits([], ['t1']))
  expect(await handle(tables, completed)).toEqual(['blocker-done'])
  seen.calls.length = 0
  expect(await handle(tables, { ...by, type: 'TaskDeleted', data: { ...about, assigneeId: null, reporterId: null } })).toEqual([])
  expect(seen.calls).not.toContain('waiting.set')
})
it('blockers are taken away side by side', async () => {
  const { seen, tables } = watchedTables()
  await handle(tables, waits([], ['t1', 't3', 't4']))
  seen.most = 0
  await handle(tables, waits(['t1', 't3', 't4'], []))
  expect(seen.most).toBe(3)
})
it('an event that is handled late brings nobody back who has been erased', async () => {
  const { tables } = watchedTables()
  await tables.gone.insert([{ _id: goneKey('o1', 'ann') }])
  await handle(tables, { ...by, type: 'MemberAdded', data: { ...member, role: 'viewer', allocationPercent: 0 } })
  await handle(tables, { ...by, actor: 'ann', type: 'CommentAdded', data: { ...about, commentId: 'c1', mentions: [] } })
  await handle(tables, waits([], ['t1']))
  expect([await tables.members.find({}), await tables.watchers.find({}), await tables.waiting.find({})]).toMatchObject([[], [], [{ assigneeId: null, reporterId: 'bob' }]])
  await handle(tables, changes({ title: { before: 'Ship', after: 'Launch' } }, 'ann'))
  expect(await tables.waiting.find({})).toMatchObject([{ title: 'Launch', assigneeId: null }])
  await handle(tables, changes({ assigneeId: { before: null, after: 'ann' } }, 'ann'))
  expect(await tables.waiting.find({})).toMatchObject([{ title: 'Launch', assigneeId: null }])
})
it('a task that waits is known by its new title, and as whose it is now, and nobody is looked for where none waits', async () => {
  const { seen, tables } = watchedTables()
  const handOver = changes({ title: { before: 'Ship', after: 'Launch' }, assigneeId: { before: 'ann', after: 'cy' } }, 'cy')
  await handle(tables, handOver)
  expect(seen.calls).not.toContain('gone.one')
  await handle(tables, waits([], ['t1']))
  await handle(tables, handOver)
  expect(await tables.waiting.find({})).toMatchObject([{ title: 'Launch', assigneeId: 'cy', reporterId: 'bob' }])
})

const joined = { ...by, type: 'MemberAdded', data: { ...member, role: 'viewer', allocationPercent: 0 } } as const
const left = { ...by, type: 'MemberRemoved', data: member } as const
const renamed = (after: string): HeardEvent => ({ ...by, type: 'ProjectUpdated', data: { projectId: 'p1', changes: { name: { before: 'Apollo', after } } } })
const retitled = (title: string): HeardEvent =>
  ({ ...by, type: 'TaskUpdated', data: { ...about, taskId: 't2', title, changes: { title: { before: '', after: title } }, mentions: [] } })
const histories: readonly (readonly [string, readonly HeardEvent[]])[] = [
  ['somebody who was taken out', [joined, left]],
  ['somebody who came back', [joined, left, joined]],
  ['a project with another name', [
    { ...by, type: 'ProjectCreated', data: { projectId: 'p1', name: 'Apollo', key: 'AP', status: 'active', ownerId: 'ann' } },
    renamed('Gemini'), renamed('Mercury'),
  ]],
  ['a blocker that was taken away', [waits([], ['t1']), waits(['t1'], [])]],
  ['a blocker that holds up once more', [waits([], ['t1']), waits(['t1'], []), waits([], ['t1'])]],
  ['a blocker that was done, opened again, and cancelled', [waits([], ['t1']), completed, moved('active'), moved('cancelled')]],
  ['a blocker that was done and is open again', [waits([], ['t1']), completed, moved('active')]],
  ['a task that waits and was deleted and restored, with another title', [
    waits([], ['t1']), { ...by, type: 'TaskDeleted', data: { ...about, taskId: 't2' } },
    { ...by, type: 'TaskRestored', data: { ...about, taskId: 't2', status: 'todo' } }, retitled('Launch'), retitled('Land'),
  ]],
]
const everything = ({ members, projects, waiting }: ReturnType<typeof watchedTables>['tables']) => Promise.all([members.find({}), projects.find({}), waiting.find({})])

it.each(histories)('what is known of %s stays, whatever another process handles once more', async (_, events) => {
  for (let late = 0; late < events.length; late++) {
    const { tables } = watchedTables()
    const given = events.map((event, i) => ({ ...event, version: i + 1 }))
    for (const event of given) await handle(tables, event)
    const known = await everything(tables)
    for (const event of given.slice(0, late + 1)) await handle(tables, event)
    expect(await everything(tables)).toEqual(known)
  }
})
it('who was taken out while another process was about to add him stays out', async () => {
  const [{ tables }, gate] = [watchedTables(), Promise.withResolvers<void>()]
  const { members } = tables
  const insert: typeof members.insert = async rows => { await gate.promise; return members.insert(rows) }
  const slow = { ...tables, members: { ...members, insert } }
  const late = handle(slow, joined)
  await handle(tables, joined)
  await handle(tables, { ...left, version: 2 })
  gate.resolve()
  await late
  expect(await tables.members.find({})).toMatchObject([{ left: true }])
})
it('what is known from before versions were kept takes any', async () => {
  const { tables } = watchedTables()
  await tables.members.insert([{ _id: 'p1.ann', organizationId: 'o1', ...member, role: 'viewer' }])
  await handle(tables, left)
  expect(await tables.members.find({})).toMatchObject([{ left: true, version: 1 }])
})
