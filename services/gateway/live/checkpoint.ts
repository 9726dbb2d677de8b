import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { DaprState, SetOptions } from '../../shared/kit/dapr/dapr.ts'
import type { Logger } from '../../shared/kit/observe/log.ts'
import { repeatedly } from '../../shared/kit/repeatedly.ts'
import { newJournal, span } from './journal.ts'

/** `base`: where the numbers of its owner begin. */
const Checkpoint = z.object({
  owner: z.string().optional(), base: z.number().int().optional(), seq: z.number().int(), given: z.number().int(),
  positions: z.record(z.string(), z.number().int()),
})
export type Checkpoint = z.infer<typeof Checkpoint>
/** Where the journal begins after a start, and whose it is. */
export type Beginning = { owner: string; floor: number; seq: number; positions: Record<string, number> }

const read = async (state: Pick<DaprState, 'get'>, key: string): Promise<{ kept: Checkpoint | undefined; unchanged: SetOptions }> => {
  const entry = await state.get(key)
  return { kept: Checkpoint.safeParse(entry?.value).data, unchanged: entry ? { etag: entry.etag } : { firstWrite: true } }
}

/**
 * Goes on from what an earlier process left: events from there on are replayed under new numbers,
 * so that a client who resumes across the restart misses nothing.
 * That process may still run, as a predecessor or as another replica: it goes on with its own numbers,
 * further below these than it can ever count, and with the checkpoint until this one serves.
 */
export const beginning = async (state: Pick<DaprState, 'get' | 'set'>, key: string, logger: Logger): Promise<Beginning> => {
  const [owner, fresh] = [randomUUID(), newJournal()]
  for (;;) {
    const { kept, unchanged } = await read(state, key)
    const anew = { owner, floor: fresh, seq: fresh, positions: {} }
    if (!kept) return anew
    const seq = kept.given + span
    try {
      // Before anybody can see one of these numbers: a process that dies at once must not leave them to the next.
      // Nor may it leave whoever still serves without a checkpoint.
      if (await state.set(key, { ...kept, given: seq } satisfies Checkpoint, unchanged)) return { owner, floor: kept.seq, seq, positions: kept.positions }
    } catch (error) {
      logger.warn({ error }, 'the live checkpoint cannot be taken over; numbers begin anew, and clients load afresh')
      return anew
    }
  }
}

// Before the first answer of the producers there is nothing to resume from.
const isKnown = ({ positions }: Pick<Checkpoint, 'positions'>): boolean => Object.keys(positions).length > 0

/** `from`: where this process itself began; until `lagMs` have gone by, another that takes over begins there too. */
export type CheckpointOptions = {
  from: Beginning; state: Pick<DaprState, 'get' | 'set'>; key: string; logger: Logger
  look: () => Pick<Checkpoint, 'seq' | 'positions'>; everyMs?: number; lagMs?: number
}

/**
 * From `start` on, when clients can come, it takes the checkpoint over and writes one every second, if there is news.
 * It lies `lagMs` back, so that clients who dropped off a while before a restart can resume as well.
 */
export const checkpoints = (
  { from, state, key, logger, look, everyMs = 1_000, lagMs = 60_000 }: CheckpointOptions,
): { start(): void; stop(): Promise<void>; save(): Promise<void> } => {
  const seen = [{ seq: from.floor, positions: from.positions }].filter(isKnown)
  const goesOn = isKnown(from)
  let written = -1
  let own = false
  let superseded = false
  const save = async (): Promise<void> => {
    const now = look()
    if (superseded || !isKnown(now)) return
    seen.push({ seq: now.seq, positions: { ...now.positions } })
    if (seen.length > lagMs / everyMs) seen.shift()
    const oldest = seen[0] ?? now
    if (written === now.seq + oldest.seq) return
    const { kept, unchanged } = await read(state, key)
    // Whoever began later has the higher numbers, unless his began anew. He may have saved before this process could.
    const isLater = goesOn && (kept?.base ?? 0) > from.seq
    superseded = kept !== undefined && kept.owner !== from.owner && (own || isLater)
    if (superseded) return logger.info({}, 'another process has taken over the live checkpoint')
    // Whoever has begun since has numbers already. What was given before numbers began anew counts no more: it must stay a gap.
    const given = kept && (own || goesOn) ? Math.max(kept.given, now.seq) : now.seq
    if (!await state.set(key, { ...oldest, owner: from.owner, base: from.seq, given } satisfies Checkpoint, unchanged)) return
    own = true
    written = now.seq + oldest.seq
  }
  const attempt = (): Promise<void> => save().catch((error: unknown) => { logger.warn({ error }, 'the live checkpoint could not be kept') })
  const saves = repeatedly(attempt, () => everyMs)
  return { start: () => { void attempt().finally(saves.start) }, save, stop: async () => { saves.stop(); await save() } }
}
