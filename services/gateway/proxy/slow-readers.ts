import type { Reservation } from './quota.ts'

/**
 * How a caller reads a long answer: `waits` when it does not come as fast as the answer, `goesOn` when it does again,
 * `passes` what it has taken, `ends` when nothing is held for it any more.
 */
export type Reading = { waits(): void; goesOn(): void; passes(bytes: number): void; ends(): void }

const graceMs = 500

/**
 * Who keeps an answer waiting takes one of the places for slow readers until it ends, because for so long he keeps a connection
 * that all services share; where none is free the slowest of them is cut off, or else he.
 */
export const slowReader = (place: Reservation, cut: () => void): Reading => {
  let timer: NodeJS.Timeout | undefined
  let settled = false
  const takePlace = (): void => {
    settled = true
    try { place.take(1) } catch { cut() }
  }
  return {
    waits: () => { if (!settled) timer ??= setTimeout(takePlace, graceMs) },
    goesOn: () => {
      clearTimeout(timer)
      timer = undefined
    },
    passes: place.moved,
    ends: () => {
      settled = true
      clearTimeout(timer)
      place.leave()
    },
  }
}
