import autocannon from 'autocannon'
import { Pool } from 'undici'
import type { Load } from './load.ts'
import { percentilesOf } from './statistics.ts'

export type Driven = { perSecond: number; p50: number; p99: number; failed: number }

/** As much as so many connections get, each sending as soon as it has its answer: for capacity, not for latency. */
export const closedLoop = async ({ url, method, headers, body, path }: Load, seconds: number, connections = 16): Promise<Driven> => {
  const { requests, latency, non2xx, errors, timeouts, duration } = await autocannon({
    url, method, connections, duration: seconds, sampleInt: 250,
    headers: { 'content-type': 'application/json', ...headers },
    requests: [{ method, setupRequest: request => ({ ...request, path: path(), ...(body && { body: body() }) }) }],
  })
  return { perSecond: requests.total / duration, p50: latency.p50, p99: latency.p99, failed: non2xx + errors + timeouts }
}

/** Calls per second of `work` with so many callers side by side in this process; what is under way at the end is waited for, and counts. */
export const callers = async (side: number, seconds: number, work: (n: number) => Promise<unknown>): Promise<number> => {
  const began = performance.now()
  const until = began + seconds * 1000
  let done = 0
  await Promise.all(Array.from({ length: side }, async () => { while (performance.now() < until) await work(done++) }))
  return done / ((performance.now() - began) / 1000)
}

const FEW = 4

/** The same for calls that take long: what is under way at the end is waited for, counts, and does not burden the next turn. */
export const patientLoop = async ({ url, method, headers, path, body }: Load, seconds: number, connections = FEW): Promise<Driven> => {
  const pool = new Pool(url, { connections, headersTimeout: 60_000 })
  const latencies: number[] = []
  let failed = 0
  const perSecond = await callers(connections, seconds, async () => {
    const began = performance.now()
    const answer = await pool.request({ method, path: path(), headers: { 'content-type': 'application/json', ...headers }, ...(body && { body: body() }) })
    await answer.body.dump()
    latencies.push(performance.now() - began)
    if (answer.statusCode >= 300) failed++
  })
  await pool.close()
  const { p50, p99 } = percentilesOf(latencies)
  return { perSecond, p50, p99, failed }
}
