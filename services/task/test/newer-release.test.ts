import { expect, it } from 'vitest'
import { commitId } from '../../shared/kit/events/log/commit.ts'
import { memoryStore } from '../../shared/kit/events/store/memory-store.ts'
import { ann, workbench, type Workbench } from './bench.ts'

/** A change that only a newer release can read: its events have a version that this one does not know. */
const changeNewly = async ({ deps: { log }, clock }: Workbench, id: string): Promise<void> => {
  log.upcast('task', { TaskUpdated: [data => data] })
  const before = await log.store.findCommit(commitId(`acme/task/${id}`, 1))
  if (!before) return expect.fail('the task is not there')
  const about = { taskId: id, projectId: 'p1', title: 'theirs', assigneeId: null, reporterId: 'ann', status: 'todo' }
  await log.append({
    tenantId: 'acme', aggregate: 'task', id, version: 2, previousHash: before.hash, previousJournal: before.journal, eventVersions: [2],
    events: [{ type: 'TaskUpdated', about, changes: { title: { before: 'theirs', after: 'theirs, newly' } }, mentions: [], at: clock.now() }],
    meta: { actor: 'ann', at: clock.now(), correlationId: 'c', causationId: null, commandId: 'c' },
  })
  await log.settled()
}

it('lists beside a newer release keep a task as it was which only that one can read, and show all others; read anew, they have it as it is stored', async () => {
  const store = memoryStore()
  const [bench, newer] = [await workbench({ store }), await workbench({ store })]
  const titles = async (): Promise<unknown> => {
    bench.clock.advance(4_000)
    const { status, body } = await bench.call(ann, 'GET', '/api/tasks?projectId=p1&sort=createdAt')
    return status === 200 ? Object(body).items.map((item: { title: string }) => item.title) : status
  }
  await bench.created('mine')
  expect(await titles()).toEqual(['mine'])
  const { id } = await newer.created('theirs')
  await newer.deps.log.settled()
  await expect.poll(titles).toEqual(['mine', 'theirs'])
  await changeNewly(newer, id)
  await newer.created('another')
  await newer.deps.log.settled()
  await expect.poll(titles).toEqual(['mine', 'theirs', 'another'])
  bench.deps.lists.clear()
  await expect.poll(titles).toEqual(['mine', 'theirs, newly', 'another'])
  await bench.close()
  await newer.close()
})
