import { inject } from 'vitest'
import { z } from 'zod'

const State = z.object({ state: z.string(), pid: z.number().optional(), restarts: z.number(), log: z.string() })
const control = async (action: 'kill' | 'stop' | 'start', part: string): Promise<z.infer<typeof State>> => {
  const response = await fetch(`${inject('control')}/${action}?part=${encodeURIComponent(part)}`)
  return State.parse(await response.json())
}
/** Ends a part with SIGKILL; the supervisor starts it again. */
export const kill = (part: string) => control('kill', part)
/** Stops a part until `start`. */
export const stop = (part: string) => control('stop', part)
export const start = (part: string) => control('start', part)
