import type { Item } from './item.ts'

type Link = { ref: string; to: string }
/** `tooMany`: links beyond those that an item may have. */
export type Links = { blockedBy: Map<string, string[]>; cycles: string[][]; unknown: Link[]; tooMany: Link[] }

/** So many items one may wait for when it is brought in. */
export const mostBlockers = 100

/** Relations as dependencies, in the order of the items: one that would close a circle, leads nowhere or is one too many, is left out and reported. */
export const dependencies = (items: readonly Item[]): Links => {
  const known = new Set(items.map(i => i.ref))
  const links: Links = { blockedBy: new Map(items.map(i => [i.ref, []])), cycles: [], unknown: [], tooMany: [] }
  for (const { ref, relatesTo } of items) {
    const blockers = links.blockedBy.get(ref) ?? []
    for (const to of new Set(relatesTo)) {
      const back = known.has(to) ? pathBetween(links.blockedBy, to, ref) : undefined
      if (!known.has(to)) links.unknown.push({ ref, to })
      else if (back) links.cycles.push([ref, ...back])
      else if (blockers.length >= mostBlockers) links.tooMany.push({ ref, to })
      else blockers.push(to)
    }
  }
  return links
}

/** A way from one item to another along what it waits for, without recursion: backlogs can be long. */
const pathBetween = (blockedBy: ReadonlyMap<string, readonly string[]>, from: string, to: string): string[] | undefined => {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]])
  for (const at of cameFrom.keys()) {
    if (at === to) return trail(cameFrom, to)
    for (const next of blockedBy.get(at) ?? []) if (!cameFrom.has(next)) cameFrom.set(next, at)
  }
  return undefined
}
const trail = (cameFrom: ReadonlyMap<string, string | undefined>, end: string): string[] => {
  const path: string[] = []
  for (let at: string | undefined = end; at !== undefined; at = cameFrom.get(at)) path.unshift(at)
  return path
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
