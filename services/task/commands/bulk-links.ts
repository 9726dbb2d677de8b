import { Refused } from '../../shared/kit/decider.ts'
import { derivedId } from '../../shared/kit/ids.ts'
import type { Item } from './bulk-items.ts'
import type { TaskChanges } from './change-task.ts'
import type { Told } from './links.ts'

type Linked = { item: Item; projectId: string; blockers: readonly string[]; version: number }
type Run = (item: Item, work: () => Promise<{ version: number }>) => Promise<void>

/**
 * Links what a bulk request created: all edges of a project in one decision, or one task at a time when that is refused,
 * so that each result says what was wrong with it.
 */
export const bulkLinks = async ({ links }: TaskChanges, organizationId: string, linked: readonly Linked[], run: Run): Promise<void> => {
  const made = new Map(linked.map(l => [l.item.id, l.projectId]))
  const add = async (projectId: string, group: readonly Linked[], commandId: string): Promise<Told> => {
    const first = group[0]
    if (!first) return new Map()
    await links.demandBlockers(organizationId, projectId, group.flatMap(l => l.blockers).filter(id => made.get(id) !== projectId))
    const edges = group.flatMap(({ item, blockers }) => blockers.map(blockerId => ({ taskId: item.id, blockerId })))
    return links.addFirst(organizationId, projectId, edges, { ...first.item.meta, commandId })
  }
  const groups = Map.groupBy(linked.filter(l => l.blockers.length > 0), l => l.projectId)
  for (const [projectId, group] of groups) {
    const one = (l: Linked): Promise<Told> => add(projectId, [l], `${l.item.id}:blockers`)
    // Named after all of them: a repetition may have more than the first try, which could not create some.
    const together = await add(projectId, group, derivedId('edges', ...group.map(l => l.item.meta.commandId))).catch((error: unknown) => {
      if (error instanceof Refused && error.kind !== 'unavailable') return undefined
      throw error
    })
    for (const l of group) await run(l.item, async () => ({ version: (together ?? await one(l)).get(l.item.id) ?? l.version }))
  }
}
