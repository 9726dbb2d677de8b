import type { ExpectedPart } from './expected-parts.ts'
import type { Lock } from './lock.ts'
import { lives } from './prepare/process-identity.mjs'
import { residentMb } from './process-info.ts'

export type Row = { name: string; found: string; running: string; reachable: string; memory: string; well: boolean }

/**
 * How each part is: on the disk, running under the supervisor that holds the lock, answering what it is there for.
 * Somebody else's need only answer.
 */
export const examine = (parts: readonly ExpectedPart[], lock: Lock | undefined): Promise<Row[]> =>
  Promise.all(parts.map(part => rowOf(part, lock)))

const rowOf = async ({ name, found, there, elsewhere, probe }: ExpectedPart, lock: Lock | undefined): Promise<Row> => {
  const running = lock?.parts.find(part => part.name === name)
  const pid = running !== undefined && lives(running) ? running.pid : undefined
  const answers = (elsewhere || pid !== undefined) && await probe()
  return {
    name, found, running: elsewhere ? 'elsewhere' : pid === undefined ? 'no' : `process ${pid}`, reachable: answers ? 'yes' : 'no',
    memory: pid === undefined ? '' : `${residentMb(pid) ?? '?'} MB`, well: there && answers,
  }
}

/** The rows as a table, and the memory of them all. */
export const tableOf = (rows: readonly Row[]): { lines: string[]; totalMb: number } => {
  const width = (pick: (row: Row) => string): number => Math.max(9, ...rows.map(row => pick(row).length))
  const [a, b, c] = [width(row => row.name), width(row => row.found), width(row => row.running)]
  const line = ({ well, name, found, running, reachable, memory }: Row): string =>
    `${well ? '✓' : '✗'} ${name.padEnd(a)}  ${found.padEnd(b)}  ${running.padEnd(c)}  ${reachable.padEnd(9)}  ${memory.padStart(6)}`
  return {
    lines: [
      `  ${'part'.padEnd(a)}  ${'found'.padEnd(b)}  ${'running'.padEnd(c)}  reachable  memory`,
      ...rows.map(line),
    ],
    totalMb: rows.reduce((sum, row) => sum + (Number.parseInt(row.memory) || 0), 0),
  }
}
