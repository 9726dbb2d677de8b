import { pause } from '../../waiting.ts'
import type { Logger } from '../../observe/log.ts'

export type OpeningOptions = {
  view: string
  isThere: () => Promise<boolean>
  rebuild: () => Promise<{ documents: number }>
  isStopped: () => boolean
  isTransient: (error: unknown) => boolean
  everyMs: number
  logger: Logger
}

/**
 * Resolves when the documents of a view are there in the shape that this process knows: it rebuilds them, or another process does.
 * A rebuild that a process left begins anew.
 */
export const opening = async ({ view, isThere, rebuild, isStopped, isTransient, everyMs, logger }: OpeningOptions): Promise<void> => {
  while (!isStopped()) {
    const began = performance.now()
    let patience = everyMs
    try {
      if (await isThere()) return
      logger.info({ view }, 'a view gets another shape')
      const { documents } = await rebuild()
      logger.info({ view, documents, ms: Math.round(performance.now() - began) }, 'a view has its shape')
      return
    } catch (error) {
      logger.warn({ error, view }, 'a view does not have its shape yet')
      // Another process has begun: it gets longer than this one had, else they would take turns for ever.
      if (!isTransient(error)) patience = 2 * (performance.now() - began) + 3 * everyMs
    }
    for (const until = performance.now() + patience; performance.now() < until && !isStopped() && !await isThere().catch(() => false);) await pause(everyMs)
  }
}
