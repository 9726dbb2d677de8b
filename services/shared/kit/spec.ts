import { expect } from 'vitest'
import type { Decider } from './decider.ts'

/** Given past events, when a command comes, then these events follow or it is refused with this code. For domain tests. */
export const spec = <S, C, E>({ initial, decide, evolve }: Decider<S, C, E>) => (...past: E[]) => ({
  when: (command: C) => {
    const run = () => decide(past.reduce(evolve, initial), command)
    return {
      thenEvents: (events: E[]) => { expect(run()).toEqual(events) },
      thenRefused: (code: string) => { expect(run).toThrow(expect.objectContaining({ name: 'Refused', code })) },
    }
  },
  state: () => past.reduce(evolve, initial),
})
