import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startHarness, type Harness } from './harness.ts'

/** What the platform asks of a broker behind Dapr; run on each broker there is. `brokers` names a Kafka that runs already. */
export const pubsubContract = (events: 'redis' | 'kafka', brokers?: string): void => {
  describe(`pub/sub on ${events}`, { timeout: 180_000 }, () => {
    let harness: Harness
    beforeAll(async () => { harness = await startHarness(events, brokers) }, 240_000)
    afterAll(() => harness.stop())
    beforeEach(() => { harness.answer(() => 'SUCCESS') })

    let number = 0
    const event = (subject: string) => ({
      specversion: '1.0', id: `${events}-${++number}`, source: 'task', type: 'TaskCreated', subject, time: '2026-01-01T00:00:00Z',
      datacontenttype: 'application/json', data: { title: 'Grüße 🚀', n: number },
      organizationid: 'o1', partition: 2, position: number, previous: number - 1,
    })
    const cameTimes = (id: string) => harness.received.filter(e => e.id === id).length
    const arrived = (ids: readonly string[], ms = 150_000) => eventually(async () => ids.every(id => cameTimes(id) > 0), ms)

    it('carries an event whole', async () => {
      const sent = event('t1')
      expect(await harness.publisher.publishBulk('task-events', [sent])).toEqual([])
      await arrived([sent.id])
      expect(harness.received.find(e => e.id === sent.id)).toMatchObject(sent)
    })

    it('delivers all of 500 events', async () => {
      const sent = Array.from({ length: 500 }, (_, i) => event(`t${i % 20}`))
      for (let i = 0; i < sent.length; i += 100) expect(await harness.publisher.publishBulk('task-events', sent.slice(i, i + 100))).toEqual([])
      await arrived(sent.map(e => e.id))
    })

    it('delivers again what a handler failed on', async () => {
      const sent = event('t1')
      harness.answer(e => {
        if (e.id === sent.id && cameTimes(e.id) === 1) throw new Error('the store is away')
        return e.id === sent.id && cameTimes(e.id) === 2 ? 'RETRY' : 'SUCCESS'
      })
      await harness.publisher.publishBulk('task-events', [sent])
      await eventually(async () => cameTimes(sent.id) >= 3, 150_000)
    })

    it('keeps what was published while the subscriber was away', async () => {
      await harness.leave()
      const sent = [event('t1'), event('t2')]
      await harness.publisher.publishBulk('task-events', sent)
      await new Promise(done => { setTimeout(done, 2_000) })
      await harness.comeBack()
      await arrived(sent.map(e => e.id))
    })

    it("refuses a topic that is another's", async () => {
      await expect(harness.publisher.publishBulk('user-events', [event('u1')])).rejects.toThrow()
    })
  })
}
