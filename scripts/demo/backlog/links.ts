import type { Item } from './item.ts'

type Link = { ref: string; to: string }
/** `tooMany`: links beyond those that an item may have. */
export type Links = { blockedBy: Map<string, string[]>; cycles: string[][]; unknown: Link[]; tooMany: Link[] }

/** So many items one may wait for when it is brought in. */
export const mostBlockers = 100

/** A circle is told by so many of its items at most; a long one would fill pages, and many of them the memory. */
const mostTold = 12

type Followed = { ref: string; blockers: string[]; ahead: string[] }

/**
 * Relations as dependencies: one that would close a circle, leads nowhere or is one too many, is left out and reported.
 * Each is followed once, in depth: only one that leads to an item which is still being followed closes a circle.
 */
export const dependencies = (items: readonly Item[]): Links => {
  const relations = new Map(items.map(i => [i.ref, i.relatesTo]))
  const links: Links = { blockedBy: new Map(items.map(i => [i.ref, []])), cycles: [], unknown: [], tooMany: [] }
  // Without recursion: backlogs can be long.
  const path: Followed[] = []
  /** Where an item stands on the path, undefined when it has been followed to its end; one that is not in here is still to come. */
  const placeOf = new Map<string, number | undefined>()
  const follow = (ref: string): void => {
    if (placeOf.has(ref)) return
    placeOf.set(ref, path.length)
    path.push({ ref, blockers: links.blockedBy.get(ref) ?? [], ahead: [...new Set(relations.get(ref))].toReversed() })
  }
  for (const { ref: first } of items) {
    follow(first)
    for (let at = path.at(-1); at; at = path.at(-1)) {
      const { ref, blockers, ahead } = at
      const to = ahead.pop()
      if (to === undefined) { placeOf.set(ref, undefined); path.pop(); continue }
      const place = placeOf.get(to)
      if (!relations.has(to)) links.unknown.push({ ref, to })
      else if (place !== undefined) links.cycles.push(circle(path, place))
      else if (blockers.length >= mostBlockers) links.tooMany.push({ ref, to })
      else { blockers.push(to); follow(to) }
    }
  }
  return links
}

/** The circle that the last item of the path closes with the one at this place. */
const circle = (path: readonly Followed[], place: number): string[] => {
  const last = path.at(-1)?.ref ?? ''
  const back = path.slice(place, place + mostTold).map(({ ref }) => ref)
  return path.length - place > mostTold ? [last, ...back, '…', last] : [last, ...back]
}

/** Items in layers: each waits only for items of layers before its own. */
export const layers = (refs: readonly string[], blockedBy: ReadonlyMap<string, readonly string[]>): string[][] => {
  const wanted = new Set(refs)
  const depth = new Map<string, number>()
  // Iterative depth-first walk; `entered` marks the second visit, when all blockers have their depth.
  const stack = refs.map(ref => ({ ref, entered: false }))
  while (stack.length) {
    const { ref, entered } = stack.pop()!
    const blockers = (blockedBy.get(ref) ?? []).filter(b => wanted.has(b))
    if (depth.has(ref)) continue
    if (entered) depth.set(ref, Math.max(-1, ...blockers.map(b => depth.get(b) ?? -1)) + 1)
    else stack.push({ ref, entered: true }, ...blockers.filter(b => !depth.has(b)).map(b => ({ ref: b, entered: false })))
  }
  const result: string[][] = []
  for (const ref of refs) (result[depth.get(ref) ?? 0] ??= []).push(ref)
  return result
}
