/** Work that is done again and again. */
export type Repeated = { start(): void; stop(): void }

/**
 * From `start` on runs `work` again and again, each time `ms()` after the run before has ended, the first time `ms()` after `start`;
 * after `stop` no run begins any more. One under way goes on. `work` handles its own errors. No process stays alive for it.
 */
export const repeatedly = (work: () => Promise<unknown>, ms: () => number): Repeated => {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const next = (): void => { if (!stopped) timer = setTimeout(() => { void work().finally(next) }, ms()).unref() }
  return { start: next, stop: () => { stopped = true; clearTimeout(timer) } }
}
