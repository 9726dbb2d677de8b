import { setImmediate } from 'node:timers/promises'

// So long may a list keep everybody else waiting.
const TURN_MS = 5

/** Lets others have their turn within long work: `due` says when it is time, `pause` waits until they had it. */
export const turns = () => {
  let since = performance.now()
  return {
    due: (): boolean => performance.now() - since >= TURN_MS,
    pause: async (): Promise<void> => { await setImmediate(); since = performance.now() },
  }
}
export type Turns = ReturnType<typeof turns>
