/** A task and one that blocks it. */
export type Edge = { taskId: string; blockerId: string }

/**
 * A cycle within reach of these tasks, as ids each followed by one that blocks it, or undefined.
 * One walk along the blockers for all of them, which enters each task once and keeps its own stack: a chain of any length is fine.
 */
export const cycleFrom = (taskIds: readonly string[], blockersOf: (id: string) => readonly string[]): string[] | undefined => {
  const entered = new Set<string>()
  const left = new Set<string>()
  const way: { id: string; ahead: string[] }[] = []
  const enter = (id: string): void => {
    if (entered.has(id)) return
    entered.add(id)
    way.push({ id, ahead: blockersOf(id).toReversed() })
  }
  for (const taskId of taskIds) {
    enter(taskId)
    for (let here = way.at(-1); here; here = way.at(-1)) {
      const next = here.ahead.pop()
      if (next === undefined) { left.add(here.id); way.pop(); continue }
      // Entered and not left: the way has come back to where it has been.
      if (entered.has(next) && !left.has(next)) { const ids = way.map(({ id }) => id); return ids.slice(ids.indexOf(next)) }
      enter(next)
    }
  }
  return undefined
}
