import { once } from 'node:events'
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
  expect(off()).toBeLessThan(500)
  await once(db.getClient(), 'serverHeartbeatSucceeded')
  expect(off()).toBeLessThan(500)
  expect(clock.monotonic()).toBeCloseTo(wrong.monotonic(), -2)
})
