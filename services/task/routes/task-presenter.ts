import type { Task } from '../../shared/contracts/task/model.ts'
import type { TaskDeps } from '../compose.ts'
import type { Counts } from '../domain/score.ts'
import type { Existing, TaskState } from '../domain/task-state.ts'
import { closed } from '../domain/transitions.ts'
import { inParallel } from '../../shared/kit/in-parallel.ts'
import { presentTask } from '../present.ts'

// How far the score of a task with many links may be behind what other replicas write: asked for each, their log would be read with every GET.
const BEHIND_MS = 1_000
/** So many links are looked at one by one. */
const FEW = 8

const isOpen = (task: TaskState): boolean => task.exists && task.deletedAt === null && !closed(task.category)

/** Tasks as the API shows them, with the open ones counted at both ends of their links. */
export const taskPresenter = ({ tasks, lists, replicas, clock }: Pick<TaskDeps, 'tasks' | 'lists' | 'replicas' | 'clock'>) => {
  const openAmong = async (organizationId: string, ids: readonly string[]): Promise<number> => {
    const states = await inParallel(ids, 32, async id => (await tasks.load(organizationId, id)).state)
    return states.filter(isOpen).length
  }
  /** The open ones among some tasks at a time. What has not been changed since is now as it was then. */
  const openThen = async (organizationId: string, ids: readonly string[], time: string): Promise<number> => {
    const states = await inParallel(ids, 32, async id => {
      const { state } = await tasks.load(organizationId, id)
      return state.exists && state.updatedAt > time ? (await tasks.at(organizationId, id, { time })).state : state
    })
    return states.filter(isOpen).length
  }
  const countsOf = async (organizationId: string, task: Existing): Promise<Counts> => {
    if (task.blocks.length === 0 && task.blockedBy.length === 0) return { blocking: 0, waitingFor: 0 }
    if (task.blocks.length + task.blockedBy.length > FEW) {
      await replicas.caughtUp(BEHIND_MS)
      const index = await lists.resident(organizationId, task.projectId)
      if (index) return index.countsOf(task)
    }
    const [blocking, waitingFor] = await Promise.all([openAmong(organizationId, task.blocks), openAmong(organizationId, task.blockedBy)])
    return { blocking, waitingFor }
  }
  return {
    now: async (organizationId: string, { id, task, version }: { id: string; task: Existing; version: number }): Promise<Task> =>
      presentTask(id, version, task, clock.now(), await countsOf(organizationId, task)),
    /** As it was, with its score of that time (ISO 8601, UTC with milliseconds). */
    past: async (organizationId: string, { id, task, version }: { id: string; task: Existing; version: number }, at: string): Promise<Task> => {
      const [blocking, waitingFor] = await Promise.all([openThen(organizationId, task.blocks, at), openThen(organizationId, task.blockedBy, at)])
      return presentTask(id, version, task, at, { blocking, waitingFor })
    },
  }
}
