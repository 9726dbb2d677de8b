import { afterEach, describe, expect, it } from 'vitest'
import { testClock } from '../../clock.ts'
import { memoryStore } from '../store/memory-store.ts'
import { logOf } from '../test/log-of.ts'
import { parcelOn, send } from '../test/parcel.ts'
import { lateWriters } from './late-writers.ts'

const logs: { stop(): Promise<void> }[] = []
afterEach(async () => { await Promise.all(logs.splice(0).map(log => log.stop())) })
/** A process that has just rebuilt a view, and another one, which may be of a newer release. */
const setUp = async ({ newer = false } = {}) => {
  const [store, clock] = [memoryStore(), testClock()]
  const [{ log }, { log: theirs }] = [logOf({ store, clock }), logOf({ store, clock: testClock() })]
  for (const one of [log, theirs]) { await one.start(); logs.push(one) }
  const [parcels, others] = [parcelOn(log), parcelOn(theirs, newer ? { Sent: [data => data] } : {})]
  const taken: string[] = []
  const late = lateWriters({
    log, aggregate: parcels, view: 'parcels', shape: 1, everyMs: 1_000_000, look: async () => {}, over: async () => {},
    take: async ({ tenantId, version }) => { taken.push(`${tenantId} ${version}`) },
  })
  late.rebuilt(1, await log.ends())
  const sendTo = async (tenantId: string): Promise<void> => {
    await others.handle(tenantId, 'p', { type: 'send' }, send(crypto.randomUUID()))
    await theirs.settled()
  }
  return { log, clock, parcels, late, taken, sendTo }
}
const refused = (error: unknown): never => { throw error }

describe('what another process writes elsewhere after a rebuild', () => {
  it('is taken over as it is now, also from one that was taken for dead, as on a machine that was suspended', async () => {
    const { log, clock, parcels, late, taken, sendTo } = await setUp()
    await sendTo('org')
    await expect.poll(() => log.aloneSince()).toBe(Infinity)
    await expect.poll(() => { clock.advance(21_000); return log.aloneSince() }).toBeLessThan(Infinity)
    await parcels.load('org', 'p')
    await sendTo('org')
    await late.caughtUp('org', refused)
    expect(taken).toEqual(['org 2'])
    late.stop()
  })
  it('is missing only to those to whom it belongs when this release cannot read it, and is not read again and again', async () => {
    const { late, taken, sendTo } = await setUp({ newer: true })
    await sendTo('acme')
    await expect(late.caughtUp('acme', refused)).rejects.toThrow('newer release')
    await late.caughtUp('org', refused)
    const told: unknown[] = []
    await late.caughtUp('acme', error => { told.push(error) })
    expect([taken, told.length]).toEqual([[], 1])
    late.stop()
  })
})
