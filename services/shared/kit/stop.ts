import type { Started } from './start.ts'

const drainMs = 10_000
// All of it: whoever supervises has a little more patience. What is not done by then, the successor does.
const stopMs = 11_000
const leastMs = 200

/** Stops in order on a signal: not ready, no new connections, requests answered, then each step. A second signal ends the process at once. */
export const stopOnSignal = ({ gate, listening, logger }: Pick<Started, 'gate' | 'listening' | 'logger'>, steps: readonly (() => Promise<unknown>)[]): void => {
  const stop = async (): Promise<void> => {
    const until = performance.now() + stopMs
    gate.close()
    await listening.drain(drainMs)
    for (const step of steps) await limited(step, Math.max(leastMs, until - performance.now())).catch((error: unknown) => { logger.error({ error }, 'a part did not stop cleanly') })
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

const limited = (step: () => Promise<unknown>, ms: number): Promise<unknown> => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => { late.reject(new Error(`no end after ${Math.round(ms)} ms`)) }, ms)
  return Promise.race([step(), late.promise]).finally(() => { clearTimeout(timer) })
}
