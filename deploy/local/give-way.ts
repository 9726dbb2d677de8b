import { readdirSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'

// Three of the others' turns for one of its own.
const behind = 5
/** The priority of a process is that of each of its threads, once it has some. */
const threadsOf = (pid: number): readonly number[] => {
  try { return readdirSync(`/proc/${pid}/task`).map(Number) } catch { return [pid] }
}

/**
 * Lets the others of the machine go before this running process, as far as the system knows how. Linux may share the processor between
 * sessions before it looks at priorities, and each part has a session of its own.
 */
export const giveWay = (pid: number): void => {
  const ways = [...threadsOf(pid).map(thread => () => { setPriority(thread, behind) }), () => { writeFileSync(`/proc/${pid}/autogroup`, String(behind)) }]
  for (const lower of ways) {
    try { lower() } catch { /* Not every system knows both, and a thread may have ended; the part goes on without. */ }
  }
}
