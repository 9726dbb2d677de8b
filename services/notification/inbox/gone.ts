import { singleFlight } from '../../shared/kit/batching/single-flight.ts'
import { goneKey, type GoneRow } from '../store/rows.ts'

/** Where it is noted who was erased. */
type Gone = { one(where: { _id: string }): Promise<GoneRow | undefined> }

/**
 * An event that is handled late must not bring an erased person back: whoever has written somebody's id looks here then, and takes it out
 * again. The note is written before rows are removed, so to look after writing leaves no gap.
 */
export const forEachGone = async (
  gone: Gone, organizationId: string, users: readonly (string | null)[], undo: (userId: string) => Promise<unknown>,
): Promise<void> => {
  await Promise.all(users.map(async userId => { if (userId !== null && await gone.one({ _id: goneKey(organizationId, userId) })) await undo(userId) }))
}

/** Of a pile of events many are by the same person: those that look for him at once share a look, which begins after each of them has asked. */
export const sharedLooks = (gone: Gone): Gone => {
  const looks = singleFlight<GoneRow | undefined>()
  return { one: where => looks(where._id, () => gone.one(where)) }
}
