import { once } from 'node:events'
import { mongo } from 'mongoose'
import { expect, inject, it, onTestFinished } from 'vitest'
import { clockOff } from '../../services/shared/kit/clock.ts'
import { connectMongo } from '../../services/shared/kit/mongo/connect.ts'
import { storeClock } from '../../services/shared/kit/mongo/store-clock.ts'

it('a process whose clock is an hour off hears the time from the store, at once and with every heartbeat', async () => {
  const db = await connectMongo(inject('documents'), 'clock')
  onTestFinished(() => db.close())
  const wrong = clockOff(3_600_000)
  const clock = await storeClock(db.getClient(), wrong)
  const off = (): number => Math.abs(Date.parse(clock.now()) - Date.now())
  // An answer may be under way for long.
  expect(off()).toBeLessThan(60_000)
  await once(db.getClient(), 'serverHeartbeatSucceeded')
  expect(off()).toBeLessThan(60_000)
  // A secondary's clock is nobody's.
  for (const role of [{ isWritablePrimary: false, secondary: true }, { isWritablePrimary: true }]) {
    const localTime = new Date(Date.now() + 3_600_000)
    db.getClient().emit('serverHeartbeatSucceeded', Object.assign(Object.create(mongo.ServerHeartbeatSucceededEvent.prototype), {
      connectionId: 'x', duration: 1, awaited: false, reply: { localTime, ...role },
    }))
    expect(off() > 3_500_000).toBe(role.isWritablePrimary)
  }
  const [before, told, after] = [wrong.monotonic(), clock.monotonic(), wrong.monotonic()]
  expect(told).toBeGreaterThanOrEqual(before)
  expect(told).toBeLessThanOrEqual(after)
})
