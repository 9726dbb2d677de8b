import { endsWithin } from '../../waiting.ts'
import type { Shapes } from '../store/store.ts'

/** A read model as its log knows it. `open` resolves when it is there in its shape, however long that takes. */
export type ReadModel = { name: string; shape: number; open: () => Promise<void>; stop: () => void }

// A sidecar waits a minute for what it asks a process that starts. In half of it some 150,000 commits are folded.
const PATIENCE_MS = 30_000

/** The read models of a log, and whether they are there. */
export const readModels = () => {
  const all: ReadModel[] = []
  let opening = false

  return {
    add: (model: ReadModel): void => { all.push(model) },
    shapes: (): Shapes | undefined => {
      const raised = all.filter(({ shape }) => shape !== 1)
      return raised.length > 0 ? Object.fromEntries(raised.map(({ name, shape }) => [name, shape])) : undefined
    },
    /** Waits a while for those that are not there; where the store is away, for none. Each goes on until it is there. */
    open: async (prepared: () => Promise<unknown>): Promise<void> => {
      if (all.length === 0) return
      opening = true
      const isThere = await prepared().then(() => true, () => false)
      // One after the other: a rebuild reads the whole log.
      const opened = (async () => { for (const { open } of all) await open() })().finally(() => { opening = false })
      if (isThere) await endsWithin(opened, PATIENCE_MS)
    },
    /** Some are not there yet. */
    opening: (): boolean => opening,
    stop: (): void => { for (const { stop } of all) stop() },
  }
}
