import { LRUCache } from 'lru-cache'
import type { CommandMeta } from '../../shared/kit/command.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { following, type TaskDeps } from '../deps.ts'
import { blockedOf, blockersOf, touchedBy, type Edge, type Graph } from '../domain/graph.ts'
import type { Existing } from '../domain/task-state.ts'
import { inParallel } from '../in-parallel.ts'

const WIDTH = 64

/**
 * Links are decided by the graph of the project, and then told to the tasks at both ends. A reaction tells them again if the process dies in between;
 * while it lives, request and reaction share one telling.
 */
export const links = ({ tasks, graphs }: Pick<TaskDeps, 'tasks' | 'graphs'>) => {
  const tellings = new LRUCache<string, Promise<void>>({ max: 2_000 })

  const tellTasks = async (organizationId: string, projectId: string, ids: readonly string[], graph: Graph, version: number, meta: CommandMeta): Promise<void> => {
    await inParallel(ids, WIDTH, async id => {
      const command = { type: 'LinkTask', taskId: id, blockedBy: blockersOf(graph, id), blocks: blockedOf(graph, id), graphVersion: version, at: meta.at } as const
      await tasks.handle(organizationId, id, command, following(meta, `link-${projectId}-${version}`))
    })
  }
  const tell = (organizationId: string, projectId: string, ids: readonly string[], graph: Graph, version: number, meta: CommandMeta): Promise<void> => {
    const key = `${organizationId}/${projectId}:${version}`
    const known = tellings.get(key)
    if (known) return known
    const telling = tellTasks(organizationId, projectId, ids, graph, version, meta)
    tellings.set(key, telling)
    telling.catch(() => tellings.delete(key))
    return telling
  }

  const change = async (type: 'AddEdges' | 'RemoveEdges', organizationId: string, projectId: string, edges: readonly Edge[], meta: CommandMeta): Promise<void> => {
    if (edges.length === 0) return
    const { state, version, events } = await graphs.handle(organizationId, projectId, { type, edges, at: meta.at }, following(meta, 'graph'))
    if (events.length > 0) await tell(organizationId, projectId, touchedBy(events), state, version, meta)
    // Nothing new for the graph: the tasks are told all the same, in case an earlier telling is still under way.
    else await tellTasks(organizationId, projectId, [...new Set(edges.flatMap(e => [e.taskId, e.blockerId]))], state, version, following(meta, 'again'))
  }

  return {
    add: (organizationId: string, projectId: string, edges: readonly Edge[], meta: CommandMeta): Promise<void> => change('AddEdges', organizationId, projectId, edges, meta),
    remove: (organizationId: string, projectId: string, edges: readonly Edge[], meta: CommandMeta): Promise<void> => change('RemoveEdges', organizationId, projectId, edges, meta),
    /** The reaction: tells the tasks what the graph says now. */
    retell: async (organizationId: string, projectId: string, ids: readonly string[], version: number, meta: CommandMeta): Promise<void> => {
      const now = await graphs.load(organizationId, projectId)
      const telling = tellings.get(`${organizationId}/${projectId}:${version}`)
      if (telling) await telling
      else await tellTasks(organizationId, projectId, ids, now.state, now.version, meta)
    },
    /** A blocker must be a task of the same project. */
    demandBlocker: async (organizationId: string, projectId: string, blockerId: string): Promise<void> => {
      const blocker = await tasks.load(organizationId, blockerId)
      if (!blocker.state.exists || blocker.state.deletedAt !== null) throw new Refused('missing', 'blocker-unknown', 'There is no task with the id of the blocker.', { blockedBy: blockerId })
      if (blocker.state.projectId !== projectId) throw new Refused('rule', 'other-project', 'Tasks block each other within one project only.', { blockedBy: blockerId })
    },
    /** Those of a task's blockers that no longer hold it up. */
    closedBlockers: async (organizationId: string, task: Existing): Promise<string[]> =>
      (await inParallel(task.blockedBy, WIDTH, async id => ({ id, ...await tasks.load(organizationId, id) })))
        .filter(({ state }) => !state.exists || state.deletedAt !== null || state.category === 'done' || state.category === 'cancelled').map(({ id }) => id),
  }
}
export type Links = ReturnType<typeof links>
