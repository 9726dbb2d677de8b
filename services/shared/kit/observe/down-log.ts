import type { DownReason } from '../../contracts/operations.ts'
import type { Logger } from './log.ts'

/**
 * Logs that something is down, with the error that people outside do not get to see. Once for each reason, as it is looked at again and again;
 * `reason` undefined says that it is up again.
 */
export const downLog = (logger: Pick<Logger, 'warn'>, message: string) => {
  const told = new Map<string, DownReason | undefined>()
  return (part: string, reason: DownReason | undefined, error?: unknown): void => {
    if (told.get(part) === reason) return
    told.set(part, reason)
    if (reason !== undefined) logger.warn({ part, reason, error }, message)
  }
}
