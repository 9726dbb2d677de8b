import { expect, it } from 'vitest'
import { memoryDapr } from '../../shared/kit/dapr/memory-dapr.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import type { NotificationRow } from '../store/rows.ts'
import { show } from './push-live.ts'

const row = (organizationId: string, id: string): NotificationRow => ({
  _id: id, organizationId, userId: 'ann', recipient: `${organizationId}.ann`, hidden: false, order: id, type: 'assigned', title: id, body: '', link: '/',
  eventId: id, eventName: 'TaskCreated', subject: id, projectId: null, actorId: null, readAt: null, createdAt: '2026-03-02T09:00:00.000Z',
})

it('shows at once, and what comes meanwhile together, each organization its own; whatever the gateway says', async () => {
  const dapr = memoryDapr()
  const asked: [string, number][] = []
  const first = Promise.withResolvers<void>()
  dapr.answer('gateway', async ({ body }) => {
    asked.push([Object(body).organizationId, Object(body).items.length])
    if (asked.length === 1) await first.promise
    if (asked.length === 2) throw new Error('no gateway')
    return { status: 202, headers: {}, body: { sockets: 0 } }
  })
  const tell = show({ dapr, logger: silentLogger })
  tell([row('o1', 'a')])
  tell([row('o1', 'b'), row('o1', 'c')])
  tell([row('o2', 'd')])
  await expect.poll(() => asked).toEqual([['o1', 1]])
  first.resolve()
  await expect.poll(() => asked).toEqual([['o1', 1], ['o1', 2], ['o2', 1]])
  tell([row('o1', 'e')])
  await expect.poll(() => asked.length).toBe(4)
})
