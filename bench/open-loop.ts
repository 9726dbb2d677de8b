import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import type { Load } from './load.ts'
import { dueTimes } from './schedule.ts'

export type Arrivals = { latencies: number[]; failed: number; perSecond: number; /** The latest that the generator itself came, ms. */ lateness: number }
const WARM_UP_S = 0.5

/**
 * Requests arrive by a schedule, whether or not earlier ones have been answered, and a latency counts from the moment a request was due.
 * So a pause of the system is seen by everybody who would have come during it (no coordinated omission).
 */
export const openLoop = async (load: Load, rate: number, seconds: number): Promise<Arrivals> => {
  const pool = new Pool(load.url, { connections: 256, pipelining: 1, headersTimeout: 30_000, bodyTimeout: 30_000 })
  const latencies: number[] = []
  let [failed, lateness] = [0, 0]
  const began = performance.now()
  const send = async (due: number): Promise<void> => {
    lateness = Math.max(lateness, performance.now() - began - due)
    try {
      const { statusCode, body } = await pool.request({
        method: load.method, path: load.path(), headers: { 'content-type': 'application/json', ...load.headers },
        ...(load.body && { body: load.body() }),
      })
      await body.dump()
      if (statusCode >= 300) failed++
    } catch { failed++ }
    if (due >= WARM_UP_S * 1000) latencies.push(performance.now() - began - due)
  }
  const under: Promise<void>[] = []
  for (const due of dueTimes(rate, seconds + WARM_UP_S)) {
    const wait = due - (performance.now() - began)
    if (wait > 0) await sleep(wait)
    under.push(send(due))
  }
  await Promise.all(under)
  await pool.close()
  return { latencies, failed, lateness, perSecond: latencies.length / seconds }
}
