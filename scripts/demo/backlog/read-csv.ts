import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { mapColumns } from './columns.ts'
import type { Backlog, BadRow, Item } from './item.ts'
import { itemOf } from './row.ts'

const Rows = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }))

/** Reads a backlog from CSV text. Bad rows are reported with their line and their reason; all others are taken, and what was cut of them is reported. */
export const readCsv = (text: string): Backlog => {
  const bad: BadRow[] = []
  const cut: BadRow[] = []
  const parsed: unknown = parse(text, {
    bom: true, delimiter: delimiterOf(text), info: true, trim: true, skip_empty_lines: true, relax_column_count: true, skip_records_with_error: true,
    on_skip: error => {
      const line = Number(error?.lines ?? 0)
      if (bad.at(-1)?.line !== line) bad.push({ line, reason: `it is not well-formed (${error?.code ?? 'unknown'})` })
    },
  })
  const [head, ...rows] = Rows.parse(parsed)
  if (!head) throw new Error('The file is empty.')
  const { at, ignored } = mapColumns(head.record)
  const taken = new Map<string, number>()
  const items: Item[] = []
  for (const { record, info: { lines } } of rows) {
    const row = record.length > head.record.length
      ? `it has ${record.length} cells, the header ${head.record.length}`
      : itemOf(column => record[at.get(column) ?? -1] ?? '', `line-${lines}`)
    if (typeof row === 'string') { bad.push({ line: lines, reason: row }); continue }
    const { item, cuts } = row
    const before = taken.get(item.ref)
    if (before !== undefined) { bad.push({ line: lines, reason: `${item.ref} stands already in line ${before}` }); continue }
    taken.set(item.ref, lines)
    items.push(item)
    cut.push(...cuts.map(reason => ({ line: lines, reason })))
  }
  return { items, bad: bad.toSorted((a, b) => a.line - b.line), cut, ignoredColumns: ignored, lineOf: taken }
}

/** The separator that stands most often in the first line. */
const delimiterOf = (text: string): string => {
  const head = text.slice(0, text.indexOf('\n') === -1 ? undefined : text.indexOf('\n'))
  return [',', ';', '\t', '|'].toSorted((a, b) => head.split(b).length - head.split(a).length)[0] ?? ','
}
