import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Resident memory of a process, MB; where the system does not tell, no number. */
export const residentMB = (pid: number): number => {
  try { return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024 } catch { return Number.NaN }
}

/** Milliseconds until an address answers well, asked every few milliseconds. */
export const untilReady = async (url: string, since: number, withinMs = 60_000): Promise<number> => {
  while (performance.now() - since < withinMs) {
    const ready = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(async r => { await r.arrayBuffer(); return r.ok }, () => false)
    if (ready) return performance.now() - since
    await sleep(5)
  }
  throw new Error(`${url} did not answer within ${withinMs / 1000} s`)
}

/** Growth per hour: the slope of a line through samples (ms, value). */
export const slopePerHour = (samples: readonly (readonly [at: number, value: number])[]): number => {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
  const [x, y] = [mean(samples.map(([at]) => at)), mean(samples.map(([, value]) => value))]
  const square = samples.reduce((sum, [at]) => sum + (at - x) ** 2, 0)
  return square === 0 ? Number.NaN : samples.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / square * 3_600_000
}
