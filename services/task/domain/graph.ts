import { Refused, type Decider } from '../../shared/kit/decider.ts'
import { cycleFrom, type Edge } from './cycle.ts'
import { emptyMap, getIn, withIn, type PersistentMap } from '../../shared/kit/persistent-map.ts'

/**
 * Who blocks whom in one project, both ways round, the parents of tasks that were moved, and the tasks that have had their first links:
 * the lock and the truth of links.
 */
export type Graph = {
  blockedBy: PersistentMap<readonly string[]>; blocks: PersistentMap<readonly string[]>
  parents: PersistentMap<string | null>
  begun: PersistentMap<true>
}

export type GraphCommand =
  /** `firstOf`: the tasks whose links of their creation these are. A task gets them once, however often it is created: people may have removed them since. */
  | { type: 'AddEdges'; edges: readonly Edge[]; firstOf?: readonly string[]; at: string }
  | { type: 'RemoveEdges'; edges: readonly Edge[]; at: string }
  /** `line` is the new parent and those above it, nearest first, as the tasks themselves say; moves recorded here come before it. */
  | { type: 'MoveTask'; taskId: string; parentId: string | null; line: Readonly<Record<string, string | null>>; height: number; at: string }

export type GraphEvent =
  /** `firstOf` is absent where a person linked tasks, and in what was stored before first links were told apart. */
  | { type: 'DependenciesAdded'; edges: readonly Edge[]; firstOf?: readonly string[]; at: string }
  | { type: 'DependenciesRemoved'; edges: readonly Edge[]; at: string }
  | { type: 'TaskMoved'; taskId: string; parentId: string | null; at: string }

export const maxDepth = 5
/** So many links of a task, on either side: each change of them is published as a whole, and brokers take 1 MiB. */
export const maxLinks = 500

export const blockersOf = (graph: Graph, id: string): readonly string[] => getIn(graph.blockedBy, id) ?? []
export const blockedOf = (graph: Graph, id: string): readonly string[] => getIn(graph.blocks, id) ?? []

const decide = (graph: Graph, command: GraphCommand): GraphEvent[] => {
  switch (command.type) {
    case 'AddEdges': return add(graph, command)
    case 'RemoveEdges': {
      const edges = command.edges.filter(e => blockersOf(graph, e.taskId).includes(e.blockerId))
      return edges.length ? [{ type: 'DependenciesRemoved', edges, at: command.at }] : []
    }
    case 'MoveTask': return move(graph, command)
  }
}

const add = (graph: Graph, { edges: wanted, firstOf = [], at }: Extract<GraphCommand, { type: 'AddEdges' }>): GraphEvent[] => {
  const own = wanted.find(e => e.taskId === e.blockerId)
  if (own) throw new Refused('rule', 'self-dependency', 'A task cannot block itself.', { taskId: own.taskId })
  const done = new Set(firstOf.filter(id => getIn(graph.begun, id)))
  const distinct = new Map(wanted.map(e => [`${e.taskId} ${e.blockerId}`, e])).values()
  const edges = [...distinct].filter(e => !done.has(e.taskId) && !blockersOf(graph, e.taskId).includes(e.blockerId))
  if (edges.length === 0) return []
  const first = firstOf.filter(id => !done.has(id))
  const added: GraphEvent = { type: 'DependenciesAdded', edges, ...(first.length > 0 && { firstOf: first }), at }
  const grown = evolve(graph, added)
  const full = touchedBy([added]).find(id => blockersOf(grown, id).length > maxLinks || blockedOf(grown, id).length > maxLinks)
  if (full !== undefined) {
    const rule = `A task waits for ${maxLinks} others at most, and holds up ${maxLinks} at most.`
    throw new Refused('rule', 'too-many-links', rule, { taskId: full, maxLinks })
  }
  // Only a task that something waits for can close a cycle: a new one never does.
  const cycle = cycleFrom(edges.map(e => e.taskId).filter(id => blockedOf(grown, id).length > 0), id => blockersOf(grown, id))
  if (cycle) throw new Refused('rule', 'dependency-cycle', `These ${cycle.length} tasks would wait for each other.`, { cycle })
  return [added]
}

const move = (graph: Graph, { taskId, parentId, line, height, at }: Extract<GraphCommand, { type: 'MoveTask' }>): GraphEvent[] => {
  const above: string[] = []
  for (let id: string | null = parentId; id !== null && above.length <= maxDepth;) {
    if (id === taskId) throw new Refused('rule', 'parent-cycle', 'A task cannot stand below itself.', { taskId, parentId })
    above.push(id)
    const moved: string | null | undefined = getIn(graph.parents, id)
    id = moved === undefined ? line[id] ?? null : moved
  }
  if (above.length > 0 && above.length + height > maxDepth) throw new Refused('rule', 'too-deep', `Subtasks go ${maxDepth} levels deep.`, { maxDepth })
  return [{ type: 'TaskMoved', taskId, parentId, at }]
}

const evolve = (graph: Graph, event: GraphEvent): Graph => {
  switch (event.type) {
    case 'DependenciesAdded': {
      const begun = (event.firstOf ?? []).reduce<Graph['begun']>((map, id) => withIn(map, id, true), graph.begun)
      return { ...relink(graph, event.edges, (before, ids) => [...new Set([...before, ...ids])]), begun }
    }
    case 'DependenciesRemoved': return relink(graph, event.edges, (before, ids) => before.filter(id => !ids.includes(id)))
    case 'TaskMoved': return { ...graph, parents: withIn(graph.parents, event.taskId, event.parentId) }
  }
}

type Change = (before: readonly string[], ids: readonly string[]) => readonly string[]
/** Both directions changed, each list once for all its edges. */
const relink = (graph: Graph, edges: readonly Edge[], change: Change): Graph => ({
  ...graph,
  blockedBy: changed(graph.blockedBy, Map.groupBy(edges, e => e.taskId), e => e.blockerId, change),
  blocks: changed(graph.blocks, Map.groupBy(edges, e => e.blockerId), e => e.taskId, change),
})
const changed = (lists: Graph['blocks'], byId: ReadonlyMap<string, readonly Edge[]>, other: (edge: Edge) => string, change: Change): Graph['blocks'] =>
  [...byId].reduce((map, [id, edges]) => withIn(map, id, orNothing(change(getIn(map, id) ?? [], edges.map(other)))), lists)
const orNothing = (ids: readonly string[]): readonly string[] | undefined => (ids.length ? ids : undefined)

const initial: Graph = { blockedBy: emptyMap, blocks: emptyMap, parents: emptyMap, begun: emptyMap }
export const graphDecider: Decider<Graph, GraphCommand, GraphEvent> = { initial, decide, evolve }

/** The tasks whose links an event changes. */
export const touchedBy = (events: readonly GraphEvent[]): string[] =>
  [...new Set(events.flatMap(e => (e.type === 'TaskMoved' ? [] : e.edges.flatMap(edge => [edge.taskId, edge.blockerId]))))]
