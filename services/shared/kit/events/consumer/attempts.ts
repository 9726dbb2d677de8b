import { Refused } from '../../decider.ts'
import { isUnavailable } from '../../unavailable.ts'
import { Poison } from './handler.ts'
import { pause, within } from '../../waiting.ts'

const TRIES = 5
const FIRST_MS = 5
const HANDLER_MS = 30_000

/** An outage of something the handler needs, as against an event that it cannot handle. */
export const isOutage = (error: unknown): boolean =>
  isUnavailable(error) || (error instanceof Refused && (error.kind === 'unavailable' || error.kind === 'throttled'))
const late = (): Refused => new Refused('unavailable', 'handler-timeout', `A handler took longer than ${HANDLER_MS} ms.`)

/** Tries a few times; resolves to the reason when it keeps failing, throws on an outage. */
export const attempts = async (work: () => Promise<void>, isTransient: (error: unknown) => boolean): Promise<{ reason: string; tries: number } | undefined> => {
  for (let tries = 1; ; tries++) {
    try {
      await within(work(), HANDLER_MS, late)
      return undefined
    } catch (error) {
      if (isOutage(error) || (!(error instanceof Poison) && isTransient(error))) throw error
      if (error instanceof Poison || tries === TRIES) return { reason: reasonOf(error).slice(0, 1_000), tries }
      await pause(FIRST_MS * 2 ** tries)
    }
  }
}

const reasonOf = (error: unknown): string => {
  if (error instanceof Refused) return `${error.code}: ${error.message}`
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
