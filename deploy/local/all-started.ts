import { setTimeout as pause } from 'node:timers/promises'

// A service refuses its configuration when its sidecar has given it the secrets: each at its own time, all within seconds.
const patienceMs = 5_000

/** Waits until all have started. When one fails, the others have a little longer to fail too, and what is thrown says what is wrong with each. */
export const allStarted = async (starts: readonly Promise<void>[]): Promise<void> => {
  const failures: string[] = []
  const ends = starts.map(start => start.catch((error: unknown) => { failures.push(error instanceof Error ? error.message : String(error)) }))
  await Promise.race([Promise.all(ends), Promise.all(starts).catch(() => pause(patienceMs, undefined, { ref: false }))])
  if (failures.length) throw new Error(failures.join('\n\n'))
}
