/** A task and one that blocks it. */
export type Edge = { taskId: string; blockerId: string }

/**
 * The cycle that a new edge would close, as ids from the blocked task along its blockers, or undefined.
 * It looks only at what the new blocker waits for, and keeps its own stack: a chain of any length is fine.
 */
export const cycleThrough = ({ taskId, blockerId }: Edge, blockersOf: (id: string) => readonly string[]): string[] | undefined => {
  const cameFrom = new Map<string, string | null>([[blockerId, null]])
  const open = [blockerId]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === taskId) return [taskId, ...pathTo(cameFrom.get(taskId) ?? null, cameFrom)]
    for (const next of blockersOf(id)) {
      if (cameFrom.has(next)) continue
      cameFrom.set(next, id)
      open.push(next)
    }
  }
  return undefined
}

const pathTo = (last: string | null, cameFrom: ReadonlyMap<string, string | null>): string[] => {
  const path: string[] = []
  for (let id: string | null = last; id !== null; id = cameFrom.get(id) ?? null) path.push(id)
  return path.reverse()
}
