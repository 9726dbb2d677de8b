import type { ProposedTask } from '../../shared/contracts/ai/http.ts'

/** Some words of the text and what they say about one field. */
export type Span<F extends keyof ProposedTask = keyof ProposedTask, V = unknown> = { field: F; value: V; start: number; end: number }

const taken = '\u0001'
/** The text with those words blanked out, so that places stay and nothing is read twice. */
export const without = (text: string, spans: readonly { start: number; end: number }[]): string =>
  spans.reduce((rest, { start, end }) => rest.slice(0, start) + taken.repeat(end - start) + rest.slice(end), text)

/** What is left when all that was understood is taken out. */
export const remainder = (text: string): string => text
  .replaceAll(/\u0001+/g, ' ')
  .replaceAll(/\(\s*\)|\[\s*\]/g, ' ')
  .replaceAll(/\s+([,.;:!?])/g, '$1')
  .replaceAll(/([,;:])(?=[,;:])/g, '')
  .replaceAll(/\s+/g, ' ')
  .replaceAll(/^[\s,;:–-]+|[\s,;:–-]+$/g, '')
  .trim()

/** Every match of a pattern as a span; a match that `read` does not understand is left alone. */
export const spansOf = <F extends keyof ProposedTask, V>(
  text: string, pattern: RegExp, field: F, read: (match: RegExpExecArray) => V | undefined,
): Span<F, V>[] =>
  [...text.matchAll(pattern)].flatMap(match => {
    const value = read(match)
    const lead = /^\s*/.exec(match[0])?.[0].length ?? 0
    return value === undefined ? [] : [{ field, value, start: match.index + lead, end: match.index + match[0].length }]
  })
