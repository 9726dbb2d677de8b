import { pause } from '../../services/shared/kit/waiting.ts'
import { count } from './tally.ts'

/** One kind of event in every place that should know of it; undefined where a place cannot know. */
export type Row = { name: string; acknowledged: number | undefined; log: number | undefined; rows: number | undefined; frames: number | undefined }
export type Check = { name: string; expected: number; found: number }

const places = ['acknowledged', 'log', 'rows', 'frames'] as const

export const agrees = (row: Row): boolean => new Set(places.map(place => row[place]).filter(n => n !== undefined)).size <= 1

type Counts = ReadonlyMap<string, number>
type Sources = { acknowledged: Counts; log: Counts; rows: Counts; frames: Counts }

/** Names that are told about in histories and on sockets; people's events are told to nobody but the services. */
const inHistories = (name: string): boolean => /^(Task|Comment|Project|Member)/.test(name)

/** One row per event name that any place knows. A place that should know it and does not, counts as zero. */
export const rowsOf = ({ acknowledged, log, rows, frames }: Sources): Row[] =>
  [...new Set([...acknowledged.keys(), ...log.keys(), ...rows.keys()])].toSorted().map(name => ({
    name, acknowledged: acknowledged.get(name),
    log: inHistories(name) ? log.get(name) ?? 0 : undefined, rows: rows.get(name) ?? 0, frames: inHistories(name) ? frames.get(name) ?? 0 : undefined,
  }))

/** Looks again until everything agrees or the patience is at its end; says what was found last. */
export const untilSettled = async <T>(look: () => Promise<T>, settled: (found: T) => boolean, patienceMs: number): Promise<T> => {
  for (const end = Date.now() + patienceMs; ;) {
    const found = await look()
    if (settled(found) || Date.now() > end) return found
    await pause(1_000)
  }
}

export const sum = (numbers: Iterable<number>): number => { let total = 0; for (const n of numbers) total += n; return total }
export const counted = (pairs: readonly { name: string; count: number }[]): Map<string, number> => {
  const map = new Map<string, number>()
  for (const { name, count: n } of pairs) count(map, name, n)
  return map
}
