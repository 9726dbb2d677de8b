import type { Started } from './start.ts'
import { within } from './waiting.ts'

const drainMs = 10_000
// All of it: whoever supervises has a little more patience. What is not done by then, the successor does.
const stopMs = 11_000
const leastMs = 200

type Step = () => Promise<unknown>

/**
 * Stops in order on a signal: not ready, whatever stays open by itself let go, no new connections, requests answered, then each step.
 * A second signal ends the process at once.
 */
export const stopOnSignal = (
  { gate, listening, logger }: Pick<Started, 'gate' | 'listening' | 'logger'>,
  { letGo = [], steps }: { letGo?: readonly Step[]; steps: readonly Step[] },
): void => {
  const stop = async (): Promise<void> => {
    const until = performance.now() + stopMs
    const inTime = (step: Step): Promise<unknown> => {
      const ms = Math.max(leastMs, until - performance.now())
      return within(step(), ms, () => new Error(`no end after ${Math.round(ms)} ms`))
        .catch((error: unknown) => { logger.error({ error }, 'a part did not stop cleanly') })
    }
    gate.close()
    for (const step of letGo) await inTime(step)
    await listening.drain(drainMs)
    for (const step of steps) await inTime(step)
    logger.info({}, 'stopped')
    process.exit(0)
  }
  let stopping = false
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(130)
    stopping = true
    logger.info({ signal }, 'stopping')
    void stop()
  }
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal)
  process.on('unhandledRejection', error => { logger.error({ error }, 'a promise was rejected and nobody looked') })
  process.on('uncaughtException', error => { logger.error({ error }, 'an exception nobody caught'); process.exit(1) })
}
