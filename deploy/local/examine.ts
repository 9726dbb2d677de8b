import type { ExpectedPart } from './expected-part.ts'
import type { Lock } from './lock.ts'
import { lives } from './prepare/process-identity.mjs'
import { residentMb } from './process-info.ts'

type Place = {
  running: string
  memory: string
  /** Memory of a process of its own. */
  ownMb: number
}
type Cells = { name: string; found: string; version: string; reachable: string } & Omit<Place, 'ownMb'>
export type Row = Cells & Place & { well: boolean }

/**
 * How each part is: on the disk, running under the supervisor that holds the lock, answering what it is there for.
 * Somebody else's need only answer.
 */
export const examine = (parts: readonly ExpectedPart[], lock: Lock | undefined): Promise<Row[]> =>
  Promise.all(parts.map(part => rowOf(part, lock)))

const rowOf = async (part: ExpectedPart, lock: Lock | undefined): Promise<Row> => {
  const { name, found, version, there, elsewhere, through, probe, tell } = part
  const running = lock?.parts.find(one => one.name === (through ?? name))
  const pid = running !== undefined && lives(running) ? running.pid : undefined
  const canAnswer = pid !== undefined || (elsewhere && through === undefined)
  const [answers, told] = canAnswer ? await Promise.all([probe(), tell?.()]) : [false, undefined]
  return { name, found, version: told ?? version, reachable: answers ? 'yes' : 'no', well: there && answers, ...placeOf(part, pid) }
}

const placeOf = ({ elsewhere, through }: ExpectedPart, pid: number | undefined): Place => {
  if (elsewhere || pid === undefined) return { running: elsewhere ? 'elsewhere' : 'no', memory: '', ownMb: 0 }
  const mb = residentMb(pid)
  const memory = `${mb ?? '?'} MB`.padStart(6)
  // The memory of a process counts once, however many parts are in it.
  if (through !== undefined) return { running: `in ${through}`, memory: `${memory} of ${through}`, ownMb: 0 }
  return { running: `process ${pid}`, memory, ownMb: mb ?? 0 }
}

const head: Cells = { name: 'part', found: 'found', version: 'version', running: 'running', reachable: 'reachable', memory: 'memory' }
// A longer one pushes its own row aside, and the table stays within 120 columns.
const widestFound = 36

/** The rows as a table, and the memory of them all. */
export const tableOf = (rows: readonly Row[]): { lines: string[]; totalMb: number } => {
  const width = (of: keyof Cells): number => Math.max(...[head, ...rows].map(cells => cells[of].length))
  const [a, b, c, d] = [width('name'), Math.min(widestFound, width('found')), width('version'), width('running')]
  const line = (mark: string, { name, found, version, running, reachable, memory }: Cells): string =>
    `${mark} ${name.padEnd(a)}  ${found.padEnd(b)}  ${version.padEnd(c)}  ${running.padEnd(d)}  ${reachable.padEnd(9)}  ${memory}`.trimEnd()
  return {
    lines: [line(' ', head), ...rows.map(row => line(row.well ? '✓' : '✗', row))],
    totalMb: rows.reduce((sum, { ownMb }) => sum + ownMb, 0),
  }
}
