import { Refused, type Decider } from '../../shared/kit/decider.ts'
import { cycleThrough, type Edge } from './cycle.ts'
import { emptyMap, getIn, withIn, type PersistentMap } from './persistent-map.ts'

/** Who blocks whom in one project, both ways round, and the parents of tasks that were moved: the lock and the truth of links. */
export type Graph = { blockedBy: PersistentMap<readonly string[]>; blocks: PersistentMap<readonly string[]>; parents: PersistentMap<string | null> }

export type GraphCommand =
  | { type: 'AddEdges'; edges: readonly Edge[]; at: string }
  | { type: 'RemoveEdges'; edges: readonly Edge[]; at: string }
  /** `line` is the new parent and those above it, nearest first, as the tasks themselves say; moves recorded here come before it. */
  | { type: 'MoveTask'; taskId: string; parentId: string | null; line: Readonly<Record<string, string | null>>; height: number; at: string }

export type GraphEvent =
  | { type: 'DependenciesAdded'; edges: readonly Edge[]; at: string }
  | { type: 'DependenciesRemoved'; edges: readonly Edge[]; at: string }
  | { type: 'TaskMoved'; taskId: string; parentId: string | null; at: string }

export const maxDepth = 5

export const blockersOf = (graph: Graph, id: string): readonly string[] => getIn(graph.blockedBy, id) ?? []
export const blockedOf = (graph: Graph, id: string): readonly string[] => getIn(graph.blocks, id) ?? []

const decide = (graph: Graph, command: GraphCommand): GraphEvent[] => {
  switch (command.type) {
    case 'AddEdges': return add(graph, command.edges, command.at)
    case 'RemoveEdges': {
      const edges = command.edges.filter(e => blockersOf(graph, e.taskId).includes(e.blockerId))
      return edges.length ? [{ type: 'DependenciesRemoved', edges, at: command.at }] : []
    }
    case 'MoveTask': return move(graph, command)
  }
}

const add = (graph: Graph, wanted: readonly Edge[], at: string): GraphEvent[] => {
  const edges: Edge[] = []
  let grown = graph
  for (const edge of wanted) {
    if (edge.taskId === edge.blockerId) throw new Refused('rule', 'self-dependency', 'A task cannot block itself.', { taskId: edge.taskId })
    if (blockersOf(grown, edge.taskId).includes(edge.blockerId)) continue
    // Only a task that something waits for can close a cycle: a new one never does.
    const cycle = blockedOf(grown, edge.taskId).length > 0 ? cycleThrough(edge, id => blockersOf(grown, id)) : undefined
    if (cycle) throw new Refused('rule', 'dependency-cycle', `These ${cycle.length} tasks would wait for each other.`, { cycle })
    edges.push(edge)
    grown = evolve(grown, { type: 'DependenciesAdded', edges: [edge], at })
  }
  return edges.length ? [{ type: 'DependenciesAdded', edges, at }] : []
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
    case 'DependenciesAdded': return event.edges.reduce((g, e) => relink(g, e, without => [...without, e.blockerId], without => [...without, e.taskId]), graph)
    case 'DependenciesRemoved': return event.edges.reduce((g, e) => relink(g, e, without => without, without => without), graph)
    case 'TaskMoved': return { ...graph, parents: withIn(graph.parents, event.taskId, event.parentId) }
  }
}

type Change = (without: readonly string[]) => readonly string[]
const relink = (graph: Graph, { taskId, blockerId }: Edge, blockers: Change, blocked: Change): Graph => ({
  ...graph,
  blockedBy: withIn(graph.blockedBy, taskId, orNothing(blockers(blockersOf(graph, taskId).filter(id => id !== blockerId)))),
  blocks: withIn(graph.blocks, blockerId, orNothing(blocked(blockedOf(graph, blockerId).filter(id => id !== taskId)))),
})
const orNothing = (ids: readonly string[]): readonly string[] | undefined => (ids.length ? ids : undefined)

export const graphDecider: Decider<Graph, GraphCommand, GraphEvent> = { initial: { blockedBy: emptyMap, blocks: emptyMap, parents: emptyMap }, decide, evolve }

/** The tasks whose links an event changes. */
export const touchedBy = (events: readonly GraphEvent[]): string[] =>
  [...new Set(events.flatMap(e => (e.type === 'TaskMoved' ? [] : e.edges.flatMap(edge => [edge.taskId, edge.blockerId]))))]
