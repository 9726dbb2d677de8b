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
