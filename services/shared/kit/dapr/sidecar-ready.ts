import { pause } from '../waiting.ts'

/** Answers true once `check` has held; all callers share one wait, and a wait that failed starts anew with the next call. */
export const sharedWait = (check: () => Promise<boolean>, limitMs: number): (() => Promise<boolean>) => {
  let held = false
  let waiting: Promise<boolean> | undefined
  const wait = async (): Promise<boolean> => {
    const end = performance.now() + limitMs
    for (let ms = 50; ; ms = Math.min(ms * 1.5, 1_000)) {
      if (await check()) return (held = true)
      if (performance.now() + ms > end) return false
      await pause(ms)
    }
  }
  return async () => held || (waiting ??= wait().finally(() => { waiting = undefined }))
}
