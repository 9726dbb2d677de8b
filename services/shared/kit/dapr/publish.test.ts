import { expect, it } from 'vitest'
import { z } from 'zod'
import { publisher } from './publish.ts'
import type { Send } from './transport.ts'

const Bulk = z.array(z.object({ entryId: z.string(), event: z.string() }))

it('a broker that refuses a bulk as too large is given small ones from then on', async () => {
  const taken: string[] = []
  const send: Send = async ({ body }) => {
    const entries = Bulk.parse(body)
    if (entries.reduce((bytes, { event }) => bytes + event.length + 300, 0) > 128 * 1024) {
      const failedEntries = entries.map(({ entryId }) => ({ entryId, error: 'the message is too large' }))
      return { status: 500, headers: { 'content-type': 'application/json' }, text: JSON.stringify({ failedEntries }) }
    }
    taken.push(...entries.map(({ entryId }) => entryId))
    return { status: 204, headers: {}, text: '' }
  }
  const publish = publisher(send, 'pubsub')
  const events = Array.from({ length: 200 }, (_, i) => ({ id: `e${i}`, subject: 's', data: '"'.repeat(1_000) }))
  expect((await publish('task-events', events)).map(({ id }) => id)).toEqual(events.map(({ id }) => id))
  expect(await publish('task-events', events)).toEqual([])
  expect(taken).toEqual(events.map(({ id }) => id))
})
