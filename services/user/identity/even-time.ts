import { pause } from '../../shared/kit/waiting.ts'

/**
 * Begins to measure; an answer that awaits what it gives leaves after a whole multiple of `ms`, so that it tells nothing by its time,
 * also when all this takes longer than usual.
 */
export const evenTime = (ms: number): (() => Promise<void>) => {
  const began = performance.now()
  return async () => {
    if (ms === 0) return
    const spent = performance.now() - began
    await pause(Math.ceil(spent / ms) * ms - spent)
  }
}
