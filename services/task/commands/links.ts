import { LRUCache } from 'lru-cache'
import { following, type CommandMeta } from '../../shared/kit/command.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { TaskDeps } from '../compose.ts'
import { blockedOf, blockersOf, graphDecider, touchedBy, type Graph } from '../domain/graph.ts'
import type { Edge } from '../domain/cycle.ts'
import { inParallel } from '../../shared/kit/in-parallel.ts'

// Appends share one insert; look-ups each take a connection.
const APPENDS = 128
const LOOKUPS = 16

/** The versions of the tasks that were told. */
export type Told = ReadonlyMap<string, number>
type Linking = { type: 'AddEdges'; edges: readonly Edge[]; firstOf?: readonly string[] } | { type: 'RemoveEdges'; edges: readonly Edge[] }
const firstLinks = (edges: readonly Edge[]): Extract<Linking, { type: 'AddEdges' }> =>
  ({ type: 'AddEdges', edges, firstOf: [...new Set(edges.map(e => e.taskId))] })

/**
 * Links are decided by the graph of the project, and then told to the tasks at both ends. A reaction tells them again if the process dies in between;
 * while it lives, request and reaction share one telling.
 */
export const taskLinks = ({ tasks, graphs }: Pick<TaskDeps, 'tasks' | 'graphs'>) => {
  const tellings = new LRUCache<string, Promise<Told>>({ max: 500 })

  const tellTasks = async (
    organizationId: string, projectId: string, ids: readonly string[], graph: Graph, version: number, meta: CommandMeta,
  ): Promise<Told> =>
    new Map(await inParallel(ids, APPENDS, async (id): Promise<[string, number]> => {
      const [blockedBy, blocks] = [blockersOf(graph, id), blockedOf(graph, id)]
      const command = { type: 'LinkTask', taskId: id, blockedBy, blocks, graphVersion: version, at: meta.at } as const
      return [id, (await tasks.handle(organizationId, id, command, following(meta, `link-${projectId}-${version}`))).version]
    }))
  const tell = (organizationId: string, projectId: string, ids: readonly string[], graph: Graph, version: number, meta: CommandMeta): Promise<Told> => {
    const key = `${organizationId}/${projectId}:${version}`
    const known = tellings.get(key)
    if (known) return known
    const telling = tellTasks(organizationId, projectId, ids, graph, version, meta)
    tellings.set(key, telling)
    telling.catch(() => tellings.delete(key))
    return telling
  }

  const change = async (organizationId: string, projectId: string, command: Linking, meta: CommandMeta): Promise<Told> => {
    const { edges } = command
    if (edges.length === 0) return new Map()
    const { state, version, events } = await graphs.handle(organizationId, projectId, { ...command, at: meta.at }, following(meta, 'graph'))
    if (events.length > 0) return tell(organizationId, projectId, touchedBy(events), state, version, meta)
    // Nothing new for the graph: the tasks are told all the same, in case an earlier telling is still under way.
    return tellTasks(organizationId, projectId, [...new Set(edges.flatMap(e => [e.taskId, e.blockerId]))], state, version, following(meta, 'again'))
  }

  return {
    add: (organizationId: string, projectId: string, edges: readonly Edge[], meta: CommandMeta): Promise<Told> =>
      change(organizationId, projectId, { type: 'AddEdges', edges }, meta),
    /** The links that tasks are created with. */
    addFirst: (organizationId: string, projectId: string, edges: readonly Edge[], meta: CommandMeta): Promise<Told> =>
      change(organizationId, projectId, firstLinks(edges), meta),
    /** Refuses what the graph would refuse, as long as nothing rests on it. */
    demandFirst: async (organizationId: string, projectId: string, edges: readonly Edge[], at: string): Promise<void> => {
      if (edges.length > 0) graphDecider.decide((await graphs.load(organizationId, projectId)).state, { ...firstLinks(edges), at })
    },
    remove: (organizationId: string, projectId: string, edges: readonly Edge[], meta: CommandMeta): Promise<Told> =>
      change(organizationId, projectId, { type: 'RemoveEdges', edges }, meta),
    /** Whether the graph has taken the links of this command already. */
    knows: (organizationId: string, projectId: string, meta: CommandMeta): Promise<boolean> =>
      graphs.knows(organizationId, projectId, following(meta, 'graph').commandId),
    /** The reaction: tells the tasks what the graph says now. */
    retell: async (organizationId: string, projectId: string, ids: readonly string[], version: number, meta: CommandMeta): Promise<void> => {
      const now = await graphs.load(organizationId, projectId)
      const telling = tellings.get(`${organizationId}/${projectId}:${version}`)
      if (telling) await telling
      else await tellTasks(organizationId, projectId, ids, now.state, now.version, meta)
    },
    /** Blockers must be tasks of the same project. */
    demandBlockers: async (organizationId: string, projectId: string, blockerIds: readonly string[]): Promise<void> => {
      await inParallel([...new Set(blockerIds)], LOOKUPS, async blockerId => {
        const { state } = await tasks.load(organizationId, blockerId)
        if (!state.exists || state.deletedAt !== null)
          throw new Refused('missing', 'blocker-unknown', 'There is no task with the id of the blocker.', { blockedBy: blockerId })
        if (state.projectId !== projectId)
          throw new Refused('rule', 'other-project', 'Tasks block each other within one project only.', { blockedBy: blockerId })
      })
    },
    /** Those of some blockers that hold nothing up any longer. */
    closedBlockers: async (organizationId: string, blockerIds: readonly string[]): Promise<string[]> =>
      (await inParallel(blockerIds, LOOKUPS, async id => ({ id, ...await tasks.load(organizationId, id) })))
        .filter(({ state }) => !state.exists || state.deletedAt !== null || state.category === 'done' || state.category === 'cancelled').map(({ id }) => id),
  }
}
