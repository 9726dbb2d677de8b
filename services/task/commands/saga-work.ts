import type { SeedTask } from '../../shared/contracts/task/internal.ts'
import { withoutVersion, type CommandMeta } from '../../shared/kit/command.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { TaskDeps } from '../compose.ts'
import { mentionsIn } from '../domain/mentions.ts'
import { closed } from '../domain/transitions.ts'
import { inParallel } from '../../shared/kit/in-parallel.ts'
import type { TaskRow } from '../views/task-document.ts'
import { restoredInto, type TaskChanges } from './change-task.ts'
import { newFields } from './fields-of.ts'

const WIDTH = 128
// Questions to the project service each take a connection.
const ASKED = 16
// One saga leaves all organizations of a person, one after the other.
const releaseIn = (organizationId: string): string => `release:${organizationId}`
/** What a step of a saga is about to do, written down first so that the step means the same when it is asked for again. */
export type Plan = { _id: string; version: number; taskIds: string[] }

/** What other services' sagas have done to tasks. Each command's id comes from the saga, so a repeated step has one effect. */
export const sagaWork = ({ tasks, taskView, projects, log }: TaskDeps, { links }: TaskChanges) => {
  const plans = log.store.documents<Plan>('saga_plans')
  const planned = async (sagaId: string, step: string, decide: () => Promise<string[]>): Promise<string[]> => {
    const _id = `${sagaId}:${step}`
    const known = await plans.findOne({ _id })
    if (known) return known.taskIds
    await plans.put([{ _id, version: 1, taskIds: await decide() }], true)
    return (await plans.findOne({ _id }))?.taskIds ?? []
  }
  const own = (meta: CommandMeta, sagaId: string, step: string, id: string): CommandMeta => ({ ...withoutVersion(meta), commandId: `${sagaId}:${step}:${id}` })
  /** A task that was deleted meanwhile has nothing left to change. */
  const unlessGone = <T>(work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: unknown) => { if (error instanceof Refused && error.kind === 'missing') return undefined; throw error })
  /** Of what a step has done, there is less the next time it asks: however many tasks there are, it comes to an end. */
  const tasksOf = async (organizationId: string, projectId: string, deleted: boolean): Promise<TaskRow[]> =>
    (await taskView.now(organizationId, { organizationId, projectId, deleted: { $ne: !deleted } })).filter(row => row.deleted === deleted)
  const remove = async (organizationId: string, ids: readonly string[], sagaId: string, meta: CommandMeta): Promise<number> => {
    await inParallel(ids, WIDTH, id => {
      const command = { type: 'DeleteTask', taskId: id, sagaId, at: meta.at } as const
      return unlessGone(tasks.handle(organizationId, id, command, own(meta, sagaId, 'delete', id)))
    })
    return ids.length
  }
  const discarded = async (sagaId: string): Promise<boolean> => (await plans.findOne({ _id: `${sagaId}:discard` })) !== undefined

  const discard = async (organizationId: string, projectId: string, sagaId: string, meta: CommandMeta): Promise<number> => {
    await planned(sagaId, 'discard', async () => [])
    const rows = await tasksOf(organizationId, projectId, false)
    return remove(organizationId, rows.filter(row => row.createdBySaga === sagaId).map(row => row._id), sagaId, meta)
  }

  return {
    discard,
    release: async (organizationId: string, userId: string, sagaId: string, meta: CommandMeta): Promise<number> => {
      // Closed tasks keep their assignee: they record who did the work, by an id that leads nowhere any more.
      const ids = await planned(sagaId, releaseIn(organizationId), async () => {
        // A copy that has not heard that the person has left would let another task be given to him.
        const joined = (await projects.all(organizationId)).filter(project => project.members.some(m => m.userId === userId))
        await inParallel(joined, ASKED, project => projects.fresh(organizationId, project.projectId))
        const assigned = await taskView.now(organizationId, { organizationId, assigneeId: userId })
        const held = assigned.filter(row => !row.deleted && !closed(row.category)).map(row => row._id)
        // What an older version began names no organization, and what it has released is assigned to nobody any more.
        const begun = (await plans.findOne({ _id: `${sagaId}:release` }))?.taskIds ?? []
        return [...new Set([...begun, ...held])]
      })
      await inParallel(ids, WIDTH, id => {
        const command = { type: 'UpdateTask', taskId: id, fields: { assigneeId: null }, mentions: [], ifHeldBy: userId, at: meta.at } as const
        return unlessGone(tasks.handle(organizationId, id, command, own(meta, sagaId, 'release', id)))
      })
      return ids.length
    },
    reassign: async (organizationId: string, userId: string, sagaId: string, named: readonly string[], meta: CommandMeta): Promise<number> => {
      const ids = (await plans.findOne({ _id: `${sagaId}:${releaseIn(organizationId)}` }))?.taskIds ?? named
      const back = await inParallel(ids, WIDTH, async id => {
        const command = { type: 'UpdateTask', taskId: id, fields: { assigneeId: userId }, mentions: [], ifUnassigned: true, at: meta.at } as const
        const after = await unlessGone(tasks.handle(organizationId, id, command, own(meta, sagaId, 'reassign', id)))
        return after?.state.exists === true && after.state.assigneeId === userId
      })
      return back.filter(Boolean).length
    },
    /** All of a template's tasks, or none: whatever can be refused is refused before the first one is made. */
    create: async (
      organizationId: string, projectId: string, sagaId: string, actor: string, seeds: readonly SeedTask[], meta: CommandMeta,
    ): Promise<number> => {
      const project = await projects.get(organizationId, projectId)
      if (!project) throw new Refused('missing', 'project-unknown', 'There is no such project.', { projectId })
      if (await discarded(sagaId)) throw new Refused('rule', 'discarded', 'The saga has taken these tasks back.', { sagaId })
      const ids = new Set(seeds.map(seed => seed.id))
      const edges = seeds.flatMap(seed => (seed.blockedBy ?? []).map(blockerId => ({ taskId: seed.id, blockerId })))
      const outside = [...edges.map(e => e.blockerId), ...seeds.flatMap(seed => seed.parentId ?? [])].filter(id => !ids.has(id))
      if (ids.size < seeds.length) throw new Refused('invalid', 'invalid', 'Two tasks have the same id.')
      await links.demandBlockers(organizationId, projectId, outside)
      await links.demandFirst(organizationId, projectId, edges, meta.at)
      const commands = seeds.map((seed, index) => {
        const { id, title, status, blockedBy: _, ...rest } = seed
        const fields = newFields(title, rest, meta.at)
        const position = rest.position ?? fields.position + index
        return {
          type: 'CreateTask', taskId: id, projectId, reporterId: actor, fields: { ...fields, position }, status, workflow: project.workflow,
          mentions: mentionsIn(fields.description, rest.mentions), blockedBy: [], sagaId, at: meta.at,
        } as const
      })
      await inParallel(commands, WIDTH, command =>
        tasks.handle(organizationId, command.taskId, command, { ...own(meta, sagaId, 'create', command.taskId), actor }))
      await links.addFirst(organizationId, projectId, edges, { ...own(meta, sagaId, 'link', projectId), actor })
      // The saga may have given up while this was under way.
      if (await discarded(sagaId)) await discard(organizationId, projectId, sagaId, meta)
      return seeds.length
    },
    deleteAll: async (organizationId: string, projectId: string, sagaId: string, meta: CommandMeta): Promise<number> => {
      const isLive = async (): Promise<boolean> => { const project = await projects.fresh(organizationId, projectId); return project?.deletedAt === null }
      // The copy of the project may not say yet that it is deleted, and would let new tasks in.
      if (await isLive()) return 0
      const rows = await tasksOf(organizationId, projectId, false)
      // Restored while they were listed: those of a project that is there again stay.
      if (await isLive()) return 0
      return remove(organizationId, rows.map(row => row._id), sagaId, meta)
    },
    restoreAll: async (organizationId: string, projectId: string, sagaId: string, meta: CommandMeta): Promise<number> => {
      // People may have left, and the copy of the project not have heard of it.
      const project = await projects.fresh(organizationId, projectId)
      if (!project) return 0
      // Deleted again meanwhile: whoever restores that brings back what either deletion took.
      if (project.deletedAt !== null) return 0
      const taken = (await tasksOf(organizationId, projectId, true))
        .flatMap(({ _id: id, deletedBySaga: by }) => (by?.startsWith('delete-project.') ? [{ id, by }] : []))
      await inParallel(taken, WIDTH, ({ id, by }) => {
        const command = { type: 'RestoreTask', taskId: id, ...restoredInto(project), sagaId: by, at: meta.at } as const
        return tasks.handle(organizationId, id, command, own(meta, sagaId, 'restore', id))
      })
      return taken.length
    },
  }
}
export type SagaWork = ReturnType<typeof sagaWork>
