import type { Backlog } from './item.ts'
import { mostBlockers, type Links } from './links.ts'

/** Something of an item that the platform refused, and why. */
export type RefusedPart = { ref: string; what: string; why: string }

/**
 * One line of text for each thing of a file that was not taken, or not as it stood: where it stands, what it is, and why. In the order of
 * the file; nothing for a backlog that was made up.
 */
export const badRows = ({ bad, cut, lineOf }: Backlog, { unknown, tooMany, cycles }: Links, refused: readonly RefusedPart[]): string[] => {
  const of = (ref: string, text: string) => {
    const line = lineOf.get(ref)
    return line === undefined ? [] : [{ line, text: `${ref}, ${text}` }]
  }
  const rows = [
    ...bad.map(({ line, reason }) => ({ line, text: `not taken: ${reason}` })),
    ...cut.map(({ line, reason }) => ({ line, text: `cut: ${reason}` })),
    ...unknown.flatMap(({ ref, to }) => of(ref, `link to ${to} left out: there is no such item`)),
    ...tooMany.flatMap(({ ref, to }) => of(ref, `link to ${to} left out: an item waits for ${mostBlockers} others at most`)),
    ...cycles.flatMap(circle => of(circle[0] ?? '', `link to ${circle[1]} left out: it would close the circle ${circle.join(' → ')}`)),
    ...refused.flatMap(({ ref, what, why }) => of(ref, `${what} refused: ${why}`)),
  ]
  // A cell may hold several lines.
  return rows.toSorted((a, b) => a.line - b.line).map(({ line, text }) => `line ${line}: ${text.replaceAll(/\s+/g, ' ')}`)
}
