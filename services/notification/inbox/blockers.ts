import { derivedId } from '../../shared/kit/ids.ts'
import type { ClosingRow, Tables, WaitingRow } from '../store/rows.ts'
import { bySaga, unblocked, type Draft } from './drafts.ts'
import type { Cause, Heard, HeardEvent } from './events.ts'
import type { LinkFact } from './facts.ts'
import type { Freed } from './texts.ts'
import { unlessNewer } from './unless-newer.ts'

type Sources = Pick<Tables, 'waiting' | 'closings'>
type OfBlocker = Heard<'TaskCompleted' | 'TaskStatusChanged' | 'TaskDeleted' | 'TaskRestored'>
type Closing = Heard<ClosingRow['eventName']>
export type Tell = (cause: Cause, drafts: readonly Draft[]) => Promise<unknown>

const closes = (event: OfBlocker): Freed | undefined => {
  switch (event.type) {
    case 'TaskCompleted': return 'done'
    case 'TaskDeleted': return 'deleted'
    case 'TaskStatusChanged': return event.data.category === 'cancelled' ? 'cancelled' : undefined
    case 'TaskRestored': return undefined
  }
}
const isOpen = ({ data: { category } }: Heard<'TaskStatusChanged'>): boolean => category === 'open' || category === 'active' || category === 'review'
const opens = (event: OfBlocker): boolean => event.type === 'TaskRestored' || (event.type === 'TaskStatusChanged' && isOpen(event))

/**
 * Who waits for the task of an event that closes or opens it. That it does is noted first: whoever is handling meanwhile that a task waits
 * for it finds either the note, or is found here.
 */
export const heldUpBy = async (sources: Sources, event: OfBlocker): Promise<Record<'waiting' | 'links', readonly WaitingRow[]>> => {
  const how = closes(event)
  if (how === undefined && !opens(event)) return { waiting: [], links: [] }
  if (how !== undefined && event.type !== 'TaskRestored' && !(how === 'deleted' && bySaga(event))) await note(sources, event, how)
  if (opens(event)) await noteOpened(sources, event)
  const links = (await sources.waiting.find({ blockerId: event.data.taskId })).filter(row => !row.removed)
  return { waiting: links.filter(row => !row.deleted), links }
}

/** Keeps what an event makes of the links of a blocker: it holds nothing up any more, or does so again. */
export const keepFreed = async ({ waiting }: Sources, event: OfBlocker, links: readonly LinkFact[]): Promise<void> => {
  const how = closes(event)
  const holdsUpAgain = ({ freed }: LinkFact): boolean => freed !== undefined && opens(event) && (event.type !== 'TaskRestored' || freed === 'deleted')
  await Promise.all(links.filter(link => how === undefined ? holdsUpAgain(link) : !link.freed).map(({ _id }) => setFreed(waiting, _id, how, event.version)))
}

/** The streams of two tasks overtake each other: tells now of blockers that closed after the link of this event, and were handled before it. */
export const catchUp = async ({ waiting, closings }: Sources, event: HeardEvent, tell: Tell): Promise<void> => {
  const fresh = event.type === 'TaskUpdated' ? freshBlockers(event) : []
  if (fresh.length === 0) return
  const links = (await waiting.find({ taskId: event.subject })).filter(row => fresh.includes(row.blockerId) && !row.removed && !row.deleted && !row.freed)
  await Promise.all(links.map(async link => {
    const closing = await closings.one({ _id: link.blockerId })
    if (!closing || closing.opened || closing.at <= event.at) return
    await tell(causeOf(closing), unblocked([link], closing.how).filter(({ userId }) => whoClosed(closing.organizationId, userId) !== closing.by))
    await setFreed(waiting, link._id, closing.how, closing.version)
    // It may have opened again meanwhile, when this link did not look freed yet.
    const now = await closings.one({ _id: link.blockerId })
    if (now?.opened) await setFreed(waiting, link._id, undefined, now.version)
  }))
}

const note = async ({ closings }: Sources, event: Closing, how: Freed): Promise<void> => {
  const { id, type, version, organizationId, actor, at, data: { taskId } } = event
  const row: ClosingRow = { _id: taskId, organizationId, version, how, eventId: id, eventName: type, at, by: whoClosed(organizationId, actor) }
  if ((await closings.insert([row])).length === 0) await closings.set({ _id: taskId, ...unlessNewer(event) }, { ...row, opened: undefined })
}
const noteOpened = async ({ closings }: Sources, event: OfBlocker): Promise<void> => {
  // Restored, it is as closed as it was before it was deleted.
  const closed = event.type === 'TaskRestored' ? { how: 'deleted' as const } : {}
  await closings.set({ _id: event.data.taskId, ...unlessNewer(event), ...closed }, { opened: true, version: event.version })
}
/** Enough to tell nobody what he did himself; of an erased person it says nothing. */
const whoClosed = (organizationId: string, userId: string): string => derivedId('closed-by', organizationId, userId)

const setFreed = async (waiting: Tables['waiting'], _id: string, freed: Freed | undefined, version: number): Promise<void> => {
  await waiting.set({ _id, blockerVersion: { $not: { $gt: version } } }, { freed, blockerVersion: version })
}

const causeOf = ({ _id, organizationId, eventId, eventName, at }: ClosingRow): Cause =>
  ({ id: eventId, type: eventName, subject: _id, organizationId, actorId: null, at })

const freshBlockers = ({ data: { changes: { blockedBy } } }: Heard<'TaskUpdated'>): string[] => {
  const before = taskIds(blockedBy?.before)
  return taskIds(blockedBy?.after).filter(id => !before.includes(id))
}
export const taskIds = (value: unknown): string[] => Array.isArray(value) ? value.filter(id => typeof id === 'string') : []
