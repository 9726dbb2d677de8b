import { Refused } from '../../shared/kit/decider.ts'
import type { Actor } from '../../shared/kit/http/call.ts'
import { inParallel } from '../in-parallel.ts'
import type { TaskChanges } from './change-task.ts'
import type { Item } from './bulk.ts'

type Linked = { item: Item; projectId: string; blockers: readonly string[] }
type Run = (item: Item, work: () => Promise<{ version: number }>) => Promise<void>

/** Links what a bulk request created: all edges of a project in one decision, or one task at a time when that is refused, so that each result says what was wrong with it. */
export const bulkLinks = async (changes: TaskChanges, actor: Actor, linked: readonly Linked[], run: Run): Promise<void> => {
  const { organizationId } = actor
  const { links } = changes
  const one = async ({ item, projectId, blockers }: Linked): Promise<void> => {
    for (const blocker of blockers) if (blocker !== item.id) await links.demandBlocker(organizationId, projectId, blocker)
    await links.add(organizationId, projectId, blockers.map(blockerId => ({ taskId: item.id, blockerId })), { ...item.meta, commandId: `${item.id}:blockers` })
  }
  const groups = Map.groupBy(linked.filter(l => l.blockers.length > 0), l => l.projectId)
  for (const [projectId, group] of groups) {
    const first = group[0]
    if (!first) continue
    try {
      await Promise.all([...new Set(group.flatMap(l => l.blockers))].map(blocker => links.demandBlocker(organizationId, projectId, blocker)))
      const edges = group.flatMap(({ item, blockers }) => blockers.map(blockerId => ({ taskId: item.id, blockerId })))
      await links.add(organizationId, projectId, edges, { ...first.item.meta, commandId: `${first.item.meta.commandId}:edges` })
      await inParallel(group, 128, l => run(l.item, () => versionOf(changes, actor, l.item.id)))
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      for (const l of group) await run(l.item, async () => { await one(l); return versionOf(changes, actor, l.item.id) })
    }
  }
}

const versionOf = async (changes: TaskChanges, actor: Actor, id: string): Promise<{ version: number }> => ({ version: (await changes.permitted('see', actor, id)).version })
