import type { CommandMeta } from '../../shared/kit/command.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { uuidv7 } from '../../shared/kit/ids.ts'
import { oneByOne } from '../../shared/kit/one-by-one.ts'
import type { TaskDeps } from '../compose.ts'
import { maxDepth, type Graph, type GraphEvent } from '../domain/graph.ts'
import { getIn } from '../../shared/kit/persistent-map.ts'

// Within this process moves wait their turn; links and other replicas may still come in between.
const TRIES = 4
type TaskMoved = Extract<GraphEvent, { type: 'TaskMoved' }>
type Move = { taskId: string; to: string | null }

/** Who stands below whom. A new task cannot close a cycle; moving one is decided under the lock of the project's graph. */
export const taskParents = ({ tasks, graphs, taskView }: Pick<TaskDeps, 'tasks' | 'graphs' | 'taskView'>) => {
  /** One move of a task after the other, so that none goes back on one that is under way. */
  const perTask = oneByOne()
  const perGraph = oneByOne()
  /** The parent and those above it, nearest first, each with its own parent. */
  const lineAbove = async (organizationId: string, projectId: string, parentId: string, graph: Graph | undefined): Promise<Record<string, string | null>> => {
    const line: Record<string, string | null> = {}
    for (let id: string | null = parentId, steps = 0; id !== null && !(id in line) && steps <= maxDepth; steps++) {
      const { state } = await tasks.load(organizationId, id)
      // A deleted task further up keeps its place: it may be restored.
      if (!state.exists || (id === parentId && state.deletedAt !== null))
        throw new Refused('missing', 'parent-unknown', 'There is no task with the id of the parent.', { parentId: id })
      if (state.projectId !== projectId)
        throw new Refused('rule', 'other-project', 'A subtask belongs to the project of its parent.', { parentId: id })
      const moved: string | null | undefined = graph && getIn(graph.parents, id)
      line[id] = moved === undefined ? state.parentId : moved
      id = line[id] ?? null
    }
    return line
  }
  /** How many levels stand below a task. */
  const heightOf = async (organizationId: string, id: string): Promise<number> => {
    await taskView.settled()
    let level = [id]
    for (let height = 0; height <= maxDepth; height++) {
      const below = await Promise.all(level.map(parentId => taskView.collection.find({ organizationId, parentId })))
      level = below.flat().filter(row => !row.deleted).map(row => row._id)
      if (level.length === 0) return height
    }
    return maxDepth
  }

  const append = async (organizationId: string, projectId: string, { taskId, to }: Move, height: number, meta: CommandMeta): Promise<void> => {
    for (let tries = 1; tries <= TRIES; tries++) {
      const graph = await graphs.load(organizationId, projectId)
      const line = to === null ? {} : await lineAbove(organizationId, projectId, to, graph.state)
      try {
        // Each try is a command of its own: decided again it does no harm, and what was taken back since must not pass for done.
        const own = { ...meta, commandId: uuidv7(), expectedVersion: graph.version }
        await graphs.handle(organizationId, projectId, { type: 'MoveTask', taskId, parentId: to, line, height, at: meta.at }, own)
        return
      } catch (error) {
        if (!(error instanceof Refused) || error.kind !== 'stale') throw error
      }
    }
    throw new Refused('unavailable', 'contended', 'Too many tasks of the project are moved at once. Try again.', { retryAfter: 1 })
  }
  const record = async (organizationId: string, projectId: string, move: Move, meta: CommandMeta): Promise<void> => {
    const height = move.to === null ? 0 : await heightOf(organizationId, move.taskId)
    await perGraph(`${organizationId}/${projectId}`, () => append(organizationId, projectId, move, height, meta))
  }

  return {
    /** For a new task: its parent is there, in the same project, and not too deep. */
    demandParent: async (organizationId: string, projectId: string, parentId: string | null | undefined): Promise<void> => {
      if (parentId === null || parentId === undefined) return
      const line = await lineAbove(organizationId, projectId, parentId, undefined)
      if (Object.keys(line).length > maxDepth) throw new Refused('rule', 'too-deep', `Subtasks go ${maxDepth} levels deep.`, { maxDepth })
    },
    /**
     * Takes the move down in the graph, which refuses cycles and depths whoever else moves at the same time;
     * then the task itself is changed, or the graph back to where the task is by then.
     */
    move: <T>(organizationId: string, projectId: string, move: Move, meta: CommandMeta, change: () => Promise<T>): Promise<T> =>
      perTask(`${organizationId}/${move.taskId}`, async () => {
        const { taskId } = move
        await record(organizationId, projectId, move, meta)
        const standing = async (): Promise<string | null> => {
          const { state } = await tasks.load(organizationId, taskId)
          return state.exists ? state.parentId : null
        }
        const changed = await change().catch(async (error: unknown) => {
          await record(organizationId, projectId, { taskId, to: await standing() }, meta)
          throw error
        })
        // Another replica may have moved it meanwhile. Whoever changed the task last says where it stands.
        const to = await standing()
        const { state: graph } = await graphs.load(organizationId, projectId)
        if (getIn(graph.parents, taskId) !== to) await record(organizationId, projectId, { taskId, to }, meta)
        return changed
      }),
    /** The reaction to a move: gives the task its parent if the process that moved it died before. A later move has a reaction of its own. */
    finish: async (
      organizationId: string, projectId: string, { taskId, parentId }: Pick<TaskMoved, 'taskId' | 'parentId'>, meta: CommandMeta,
    ): Promise<void> => {
      // Not before a move that is under way.
      await perTask(`${organizationId}/${taskId}`, async () => {})
      const [graph, task] = await Promise.all([graphs.load(organizationId, projectId), tasks.load(organizationId, taskId)])
      if (getIn(graph.state.parents, taskId) !== parentId || !task.state.exists || task.state.deletedAt !== null || task.state.parentId === parentId) return
      await tasks.handle(organizationId, taskId, { type: 'UpdateTask', taskId, fields: { parentId }, mentions: [], at: meta.at }, meta)
    },
  }
}
