import type { CloudEvent } from '../../../services/shared/contracts/feed.ts'
import type { Findings } from './findings.ts'

export type Shown = { id: string; subject: string; version: number }
/** The gateway could not go on from the last number after so many frames, and after so long without any. */
export type Gap = { after: number; silentMs: number }
export type Seen = { shown: readonly Shown[]; gaps: readonly Gap[]; since: string }
/** What somebody who watches is due: of each producer, its events in their order. */
export type Due = { all: readonly CloudEvent[]; concerns: (event: CloudEvent) => boolean }

/** So far back a gateway that starts takes up what one before it numbered: who was away for longer has to load afresh. */
const REACH_MS = 60_000

/**
 * Whoever watches is shown everything that concerns him, each thing at first in the order of its versions, and nothing that is in no log; a repeat carries the same id.
 * A gap is a finding, and it excuses only what lies, in the order of its partition, between the frames before it and those behind it.
 */
export const checkFrames = ({ shown, gaps, since }: Seen, { all, concerns }: Due): Pick<Findings, 'missing' | 'phantom' | 'disorder'> => {
  const firstAt = new Map<string, number>()
  for (const [at, { id }] of shown.entries()) if (!firstAt.has(id)) firstAt.set(id, at)
  const known = new Set(all.map(event => event.id))
  return {
    missing: [
      ...gaps
        .filter(gap => gap.silentMs < REACH_MS)
        .map(({ after, silentMs }) => `frame: a gap after ${after} frames, though the line was silent for ${Math.round(silentMs)} ms only`),
      ...[...Map.groupBy(all, ({ source, partition }) => `${source}/${partition}`).values()]
        .flatMap(events => missed(fromThen(events, since).filter(concerns), firstAt, gaps))
        .map(id => `frame: ${id}`),
    ],
    // Notifications are shown as a courtesy, past the logs.
    phantom: [...firstAt.keys()].filter(id => !known.has(id) && !id.startsWith('notification.')).map(id => `frame: ${id}`),
    disorder: backwards([...firstAt.values()].flatMap(at => shown[at] ?? [])),
  }
}

/** Without those at the beginning that happened before; later ones may say an earlier time, by another clock. */
const fromThen = (events: readonly CloudEvent[], since: string): CloudEvent[] => {
  const ordered = events.toSorted((a, b) => a.position - b.position)
  const first = ordered.findIndex(event => event.time >= since)
  return first < 0 ? [] : ordered.slice(first)
}

const missed = (events: readonly CloudEvent[], firstAt: ReadonlyMap<string, number>, gaps: readonly Gap[]): string[] => {
  const at = events.map(({ id }) => firstAt.get(id))
  return events.flatMap(({ id }, i) => {
    if (at[i] !== undefined) return []
    const before = at.slice(0, i).findLast(place => place !== undefined) ?? -1
    const behind = at.slice(i).find(place => place !== undefined) ?? Infinity
    return gaps.some(gap => before < gap.after && gap.after <= behind) ? [] : [id]
  })
}

const backwards = (shown: readonly Shown[]): string[] => {
  const newest = new Map<string, number>()
  return shown.flatMap(({ id, subject, version }) => {
    const before = newest.get(subject) ?? 0
    newest.set(subject, Math.max(before, version))
    return version < before ? [`frame: ${id} was shown after version ${before} of its subject`] : []
  })
}
