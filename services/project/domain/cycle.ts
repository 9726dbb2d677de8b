/** A cycle in a graph of "waits for", from a node back to itself, or undefined. Iterative: a long chain does not exhaust the stack. */
export const cycleIn = (waitsFor: ReadonlyMap<string, readonly string[]>): string[] | undefined => {
  const done = new Set<string>()
  for (const start of waitsFor.keys()) {
    const path: { node: string; next: number }[] = done.has(start) ? [] : [{ node: start, next: 0 }]
    const onPath = new Set(path.map(p => p.node))
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const to = waitsFor.get(top.node)?.[top.next++]
      if (to === undefined) { done.add(top.node); onPath.delete(top.node); path.pop() }
      else if (onPath.has(to)) return [...path.slice(path.findIndex(p => p.node === to)).map(p => p.node), to]
      else if (!done.has(to)) { path.push({ node: to, next: 0 }); onPath.add(to) }
    }
  }
  return undefined
}
