import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { openLoop } from './open-loop.ts'
import { dueTimes } from './schedule.ts'
import { percentilesOf } from './statistics.ts'

describe('a schedule', () => {
  it('comes evenly', () => expect(dueTimes(4, 1.5)).toEqual([0, 250, 500, 750, 1_000, 1_250]))
  it('has one request at least', () => expect(dueTimes(0.1, 1)).toEqual([0]))
  it('of nothing is a mistake', () => expect(() => dueTimes(0, 1)).toThrow(/never begins/))
})

const pausing = async (pauseAt: number, pauseMs: number) => {
  let n = 0
  let until = 0
  const server = createServer((_, response) => {
    if (++n === pauseAt) until = performance.now() + pauseMs
    setTimeout(() => { response.end('ok') }, Math.max(0, until - performance.now()))
  })
  await new Promise<void>(done => { server.listen(0, '127.0.0.1', done) })
  const address: AddressInfo | string | null = server.address()
  return { url: `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`, close: () => { server.closeAllConnections(); server.close() } }
}

describe('an open loop', () => {
  it('sees a pause of the system in every request that was due during it', async () => {
    const system = await pausing(80, 300)
    const { latencies, failed, perSecond } = await openLoop({ url: system.url, method: 'GET', headers: {}, path: () => '/' }, 100, 1)
    system.close()
    expect(failed).toBe(0)
    expect(latencies.length).toBe(100)
    expect(perSecond).toBe(100)
    // Thirty were due while nothing moved; a closed loop would have seen one slow request.
    expect(latencies.filter(ms => ms > 100).length).toBeGreaterThanOrEqual(15)
    expect(percentilesOf(latencies).max).toBeGreaterThan(250)
  })
})
