import type { Findings } from './findings.ts'

const countedBy = (things: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const thing of things) counts.set(thing, (counts.get(thing) ?? 0) + 1)
  return counts
}

export type Expectation = {
  /** Must be there exactly once. */
  must: readonly string[]
  /** May be there once: asked for, but never answered. */
  may?: readonly string[]
}

/** Compares what a place holds with what it should hold. */
export const compare = (place: string, { must, may = [] }: Expectation, found: readonly string[]): Pick<Findings, 'missing' | 'twice' | 'phantom'> => {
  const counts = countedBy(found)
  const allowed = new Set([...must, ...may])
  const named = (thing: string): string => `${place}: ${thing}`
  return {
    missing: [...new Set(must)].filter(thing => !counts.has(thing)).map(named),
    twice: [...counts].filter(([, n]) => n > 1).map(([thing, n]) => `${named(thing)} (${n} times)`),
    phantom: [...counts.keys()].filter(thing => !allowed.has(thing)).map(named),
  }
}
