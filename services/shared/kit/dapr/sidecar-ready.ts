import { setTimeout as sleep } from 'node:timers/promises'

/** Answers true once `check` has held; all callers share one wait, and a wait that failed starts anew with the next call. */
export const patience = (check: () => Promise<boolean>, limitMs: number): (() => Promise<boolean>) => {
  let held = false
  let waiting: Promise<boolean> | undefined
  const wait = async (): Promise<boolean> => {
    const end = performance.now() + limitMs
    for (let pause = 50; ; pause = Math.min(pause * 1.5, 1_000)) {
      if (await check()) return (held = true)
      if (performance.now() + pause > end) return false
      await sleep(pause)
    }
  }
  return async () => held || (waiting ??= wait().finally(() => { waiting = undefined }))
}
