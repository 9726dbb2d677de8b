import autocannon from 'autocannon'

export type Load = { url: string; connections?: number; method: 'GET' | 'POST'; headers: Record<string, string>; body?: () => string; path?: () => string }
export type Figures = { perSecond: number; p50: number; p99: number; failed: number }

/** Drives one operation with 16 connections for some seconds. Latencies in milliseconds. */
export const drive = async ({ url, method, headers, body, path, connections = 16 }: Load, seconds: number): Promise<Figures> => {
  const result = await autocannon({
    url, method, connections, duration: seconds,
    headers: { 'content-type': 'application/json', ...headers },
    requests: [{
      method,
      setupRequest: request => ({ ...request, ...(path && { path: path() }), ...(body && { body: body() }) }),
    }],
  })
  return { perSecond: result.requests.average, p50: result.latency.p50, p99: result.latency.p99, failed: result.non2xx + result.errors + result.timeouts }
}

/** The middle one of several runs, by requests per second. */
export const median = (runs: readonly Figures[]): Figures => {
  const sorted = runs.toSorted((a, b) => a.perSecond - b.perSecond)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (!middle) throw new Error('there was no run')
  return { ...middle, failed: runs.reduce((sum, run) => sum + run.failed, 0) }
}

/** The q-th part of samples: 0.5 is the median. */
export const quantile = (samples: readonly number[], q: number): number => {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
}
