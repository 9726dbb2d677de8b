import { delivered, type Delivery } from './deliveries.ts'
import { agrees, type Check, type Row } from './reconcile.ts'

const cell = (value: number | undefined): string => (value === undefined ? '·' : value.toLocaleString('en'))
const mark = (holds: boolean): string => (holds ? '✓' : '✗')

/** The table at the end: each kind of event, and how many of it each place has. */
export const eventTable = (rows: readonly Row[]): string => {
  const lines = rows.map(r => [r.name, cell(r.acknowledged), cell(r.log), cell(r.rows), cell(r.frames), mark(agrees(r))])
  return aligned([['event', 'acknowledged', 'in the log', 'ClickHouse', 'socket', ''], ...lines])
}

/** Whom the events reached. */
export const deliveryTable = (deliveries: readonly Delivery[]): string => aligned([
  ['delivered to', 'events', 'waiting', 'dead letters', ''],
  ...deliveries.map(d => [d.to, cell(d.events), cell(d.waiting), cell(d.deadLetters), mark(delivered(d))]),
])

/** Why a place has no figure. */
export const whyNoFigure = `  · there is none, or no public operation tells it. Histories and sockets are of tasks and projects; people's events show in
    ClickHouse alone.
    What a service took can be counted as rows or frames; of the others the platform says what they have not handled yet.`

export const checkTable = (checks: readonly Check[]): string =>
  aligned([['', 'expected', 'found', ''], ...checks.map(c => [c.name, cell(c.expected), cell(c.found), mark(c.expected === c.found)])])

const aligned = (lines: readonly (readonly string[])[]): string => {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map(line => (line[column] ?? '').length)))
  const text = lines.map(line => {
    const cells = line.map((value, column) => (column === 0 ? value.padEnd(widths[0] ?? 0) : value.padStart(widths[column] ?? 0)))
    return `  ${cells.join('   ')}`.trimEnd()
  })
  return [text[0], `  ${'─'.repeat(widths.reduce((a, b) => a + b + 3, -3))}`, ...text.slice(1)].join('\n')
}
