import { z } from 'zod'
import type { DaprState } from '../../shared/kit/dapr/dapr.ts'
import type { Logger } from '../../shared/kit/observe/log.ts'
import { newJournal } from './journal.ts'

const Checkpoint = z.object({ seq: z.number().int(), given: z.number().int(), positions: z.record(z.string(), z.number().int()) })
export type Checkpoint = z.infer<typeof Checkpoint>
/** Where the journal begins after a start. */
export type Beginning = { floor: number; seq: number; positions: Record<string, number> }

// Further than any second of work could have numbered after the last checkpoint was written.
const jump = 1_000_000

/** Reads what an earlier process left: events from there on are replayed under new numbers, so that a client who resumes across the restart misses nothing. */
export const beginning = async (state: Pick<DaprState, 'get'>, key: string): Promise<Beginning> => {
  const kept = Checkpoint.safeParse((await state.get(key))?.value)
  if (kept.success) return { floor: kept.data.seq, seq: kept.data.given + jump, positions: kept.data.positions }
  const fresh = newJournal()
  return { floor: fresh, seq: fresh, positions: {} }
}

// Before the first answer of the producers there is nothing to resume from.
const isKnown = ({ positions }: Pick<Checkpoint, 'positions'>): boolean => Object.keys(positions).length > 0

/** `from`: where this process itself began; until `lagMs` have gone by, another that takes over begins there too. */
export type CheckpointOptions = { from: Pick<Beginning, 'floor' | 'positions'>; state: Pick<DaprState, 'set'>; key: string; logger: Logger; look: () => Pick<Checkpoint, 'seq' | 'positions'>; everyMs?: number; lagMs?: number }

/** Writes a checkpoint every second, if there is news. It lies `lagMs` back, so that clients who dropped off a while before a restart can resume as well. */
export const checkpoints = ({ from, state, key, logger, look, everyMs = 1_000, lagMs = 60_000 }: CheckpointOptions): { start(): void; stop(): Promise<void>; save(): Promise<void> } => {
  const seen = [{ seq: from.floor, positions: from.positions }].filter(isKnown)
  let timer: NodeJS.Timeout | undefined
  let written = -1
  const save = async (): Promise<void> => {
    const now = look()
    if (!isKnown(now)) return
    seen.push({ seq: now.seq, positions: { ...now.positions } })
    if (seen.length > lagMs / everyMs) seen.shift()
    const oldest = seen[0] ?? now
    if (written === now.seq + oldest.seq) return
    await state.set(key, { ...oldest, given: now.seq } satisfies Checkpoint)
    written = now.seq + oldest.seq
  }
  const again = (): void => { timer = setTimeout(() => { void save().catch((error: unknown) => { logger.warn({ error }, 'the live checkpoint could not be kept') }).finally(again) }, everyMs).unref() }
  return { start: again, save, stop: async () => { clearTimeout(timer); await save() } }
}
