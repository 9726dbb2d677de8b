import { afterAll, describe, expect, it } from 'vitest'
import { notificationInternal } from '../../shared/contracts/notification/internal.ts'
import { inboxBench, person } from './inbox-bench.ts'

const { tables, mails, tell, server, task, as, shown, pushed, close } = await inboxBench()
afterAll(close)

describe('what other services ask', () => {
  const saga = { organizationId: 'o1', sagaId: 'delete-project.1' }
  it('takes a project out of sight and brings it back', async () => {
    const inside = server.client(notificationInternal, { caller: 'project' })
    await tell(task('fay', { projectId: 'p2' }))
    await tell(task('fay', { projectId: 'p3' }))
    await inside.deleteOfProject({ body: { ...saga, projectId: 'p2' } })
    await inside.deleteOfProject({ body: { ...saga, projectId: 'p2' } })
    expect(await as(person('fay')).list({})).toMatchObject({ unreadCount: 1, items: [{ event: { projectId: 'p3' } }] })
    await inside.restoreOfProject({ body: { ...saga, sagaId: 'another', projectId: 'p2' } })
    expect((await as(person('fay')).list({})).items).toHaveLength(1)
    await inside.restoreOfProject({ body: { ...saga, projectId: 'p2' } })
    expect((await as(person('fay')).list({})).unreadCount).toBe(2)
  })
  it('keeps a project out of sight that is deleted again before it heard of the restore, until that is restored, too', async () => {
    const inside = server.client(notificationInternal, { caller: 'project' })
    const count = async (): Promise<number> => (await as(person('cy')).list({})).items.length
    const second = { ...saga, sagaId: 'delete-project.2', projectId: 'p4' }
    await tell(task('cy', { projectId: 'p4' }))
    await inside.deleteOfProject({ body: { ...saga, projectId: 'p4' } })
    await inside.deleteOfProject({ body: second })
    await inside.restoreOfProject({ body: { ...saga, projectId: 'p4' } })
    // An answer that was lost: it is asked for once more.
    await inside.deleteOfProject({ body: { ...saga, projectId: 'p4' } })
    expect(await count()).toBe(0)
    await inside.restoreOfProject({ body: second })
    expect(await count()).toBe(1)
    await inside.deleteOfProject({ body: second })
    expect(await count()).toBe(1)
  })
  it('shows nothing of a deleted project that it hears of only now, until that is restored', async () => {
    const inside = server.client(notificationInternal, { caller: 'project' })
    const body = { ...saga, sagaId: 'delete-project.3', projectId: 'p1' }
    await inside.deleteOfProject({ body })
    await tell(task('jan'))
    await tell(task('jan', { projectId: 'p3' }))
    expect(await as(person('jan')).list({})).toMatchObject({ unreadCount: 1, items: [{ event: { projectId: 'p3' } }] })
    expect(shown.filter(row => row.userId === 'jan').map(row => row.projectId)).toEqual(['p3'])
    await inside.restoreOfProject({ body })
    expect((await as(person('jan')).list({})).unreadCount).toBe(2)
  })
  it('queues a mail also when it was kept by a try before, that did not hear so', async () => {
    const { insert } = tables.mails
    tables.mails.insert = async rows => { await insert(rows); throw new Error('the answer was lost') }
    const event = task('bob', { actor: 'ann' })
    await expect(tell(event)).rejects.toThrow('lost')
    tables.mails.insert = insert
    pushed.length = 0
    await tell(event)
    expect(pushed).toEqual((await tables.mails.find({ userId: 'bob' })).map(mail => mail._id))
  })
  it('erases a person: his own are gone, his id stands nowhere', async () => {
    await tell(task('gus'))
    await tell(task('hal', { actor: 'gus' }))
    const gone = { subject: 'gus', version: 1, organizationId: 'o1', at: '2026-03-02T09:00:00.000Z' }
    const data = { userId: 'gus', role: 'member', invitedBy: 'hal' } as const
    const joined = { ...gone, id: 'o1/person/gus:1#0', actor: 'anonymous', type: 'UserCreated', data } as const
    await tell(joined)
    const reset = { token: 'secret-token-1234567890', expiresAt: '2026-03-02T10:00:00.000Z' }
    const asked = { userId: 'gus', organizationId: null, to: { address: 'gus@example.test', name: 'Gus' }, dedupeId: 'reset-1', data: reset }
    await mails.ask({ template: 'password-reset', ...asked })
    const words = { token: 'secret-token-1234567890', organizationName: 'Apollo', inviterName: 'gus', role: 'member' } as const
    const invitation = { organizationId: 'o1', userId: 'gus', to: { address: 'friend@example.test', name: '' }, dedupeId: 'inv-1' }
    const inside = server.client(notificationInternal, { caller: 'user' })
    await inside.mail({ body: { template: 'invitation', ...invitation, data: { ...words, expiresAt: '2026-03-09T09:00:00.000Z' } } })
    await inside.erase({ body: { ...saga, userId: 'gus' } })
    await inside.erase({ body: { ...saga, userId: 'gus' } })
    await tell(task('gus'))
    await tell({ ...gone, id: 'o1/member/gus:2#0', actor: 'service:user', type: 'UserDeleted', data: { userId: 'gus' } })
    // What he did before is heard of after he has gone.
    await tell(task('hal', { actor: 'gus' }))
    await tell(joined)
    const all = await Promise.all(Object.values(tables).map(async table => JSON.stringify(await table.find({}))))
    expect(all.join()).not.toMatch(/gus|friend@example/)
    expect((await as(person('hal')).list({})).items[0]?.event.actorId).toBeNull()
  })
  it('takes back a mail that has not left', async () => {
    const named = { organizationId: null, template: 'password-reset', dedupeId: 'reset-2' } as const
    const id = await mails.ask({
      ...named, to: { address: 'ida@example.test', name: 'Ida' },
      data: { token: 'secret-token-1234567890', expiresAt: '2026-03-02T10:00:00.000Z' },
    })
    await server.client(notificationInternal, { caller: 'user' }).dropMail({ body: named })
    expect((await tables.mails.one({ _id: id }))?.state).toBe('dropped')
  })
  it('is for the named callers only', async () => {
    await expect(server.client(notificationInternal, { caller: 'task' }).erase({ body: { ...saga, userId: 'ann' } })).rejects.toMatchObject({ kind: 'forbidden' })
    expect((await server.request('POST', '/internal/mails', { as: person('ann'), body: {} })).status).toBeGreaterThanOrEqual(401)
  })
})
