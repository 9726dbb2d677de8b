import type { NewTask, TaskFields } from '../../shared/contracts/task/model.ts'
import { following, type CommandMeta } from '../../shared/kit/command.ts'
import { Refused, stale } from '../../shared/kit/decider.ts'
import type { Actor } from '../../shared/kit/http/call.ts'
import type { TaskDeps } from '../compose.ts'
import { mentionsIn } from '../domain/mentions.ts'
import { taskDecider } from '../domain/task.ts'
import type { RestoreTask } from '../domain/task-commands.ts'
import type { Existing, TaskState } from '../domain/task-state.ts'
import type { Action } from '../policies.ts'
import type { ProjectRow } from '../views/projects.ts'
import { changedFields, newFields } from './fields-of.ts'
import { taskLinks } from './links.ts'
import { taskParents } from './parents.ts'

/** A task as a command left it. */
export type Changed = { id: string; task: Existing; version: number }

/** What a task that is restored comes back to. */
export const restoredInto = ({ workflow, members }: ProjectRow): Pick<RestoreTask, 'workflow' | 'members'> =>
  ({ workflow, members: members.map(m => m.userId) })

export const unknownTask = (taskId: string): Refused => new Refused('missing', 'task-unknown', 'There is no such task.', { taskId })

/** What people do to tasks: the rights, the facts that the decision needs, the decision, and what it entails in other streams. */
export const taskChanges = (deps: TaskDeps) => {
  const { tasks, access } = deps
  const links = taskLinks(deps)
  const parents = taskParents(deps)

  /** A task that the caller may do this to; deleted ones too, which the decision then refuses. */
  const permitted = async (action: Action, actor: Actor, id: string) => {
    const { state, version } = await tasks.load(actor.organizationId, id)
    if (!state.exists) throw unknownTask(id)
    const permit = await access.permit(action, actor, state.projectId, state.reporterId === actor.userId)
    return { ...permit, task: state, version }
  }
  const existing = (id: string, { state, version }: { state: TaskState; version: number }): Changed => {
    if (!state.exists) throw unknownTask(id)
    return { id, task: state, version }
  }
  const current = async (organizationId: string, id: string): Promise<Changed> => existing(id, await tasks.load(organizationId, id))
  const demandVersion = (version: number, meta: CommandMeta): void => {
    if (meta.expectedVersion !== undefined && meta.expectedVersion !== version) throw stale(version)
  }

  const removeIfThere = async (organizationId: string, id: string, meta: CommandMeta): Promise<void> => {
    const { state } = await tasks.load(organizationId, id)
    if (state.exists && state.deletedAt === null) await tasks.handle(organizationId, id, { type: 'DeleteTask', taskId: id, at: meta.at }, meta)
  }

  /** `waitsFor` are its blockers, also those that are linked later. */
  const create = async (actor: Actor, id: string, said: NewTask, meta: CommandMeta, waitsFor: readonly string[] = said.blockedBy ?? []): Promise<Changed> => {
    const { projectId, title, status, blockedBy = [], ...rest } = said
    const { organizationId } = actor
    const permit = await access.permit('create', actor, projectId)
    const fields = newFields(title, rest, meta.at)
    const blockers = status === undefined ? [] : [...new Set(waitsFor)]
    const edges = blockedBy.map(blockerId => ({ taskId: id, blockerId }))
    const demanded = async (): Promise<string[]> => {
      const [closed] = await Promise.all([
        links.closedBlockers(organizationId, blockers),
        access.demandMember(organizationId, permit.project, fields.assigneeId), parents.demandParent(organizationId, projectId, fields.parentId),
        links.demandBlockers(organizationId, projectId, blockedBy),
      ])
      await links.demandFirst(organizationId, projectId, edges, meta.at)
      return closed
    }
    const closed = await demanded().catch(async (error: unknown): Promise<string[]> => {
      // A first try that ended in an outage has stored it, when nothing refused it yet: that stands.
      if (error instanceof Refused && error.kind !== 'unavailable' && await tasks.knows(organizationId, id, meta.commandId)) return []
      throw error
    })
    const mentions = mentionsIn(fields.description, rest.mentions)
    const openBlockers = blockers.filter(blocker => !closed.includes(blocker))
    const created = existing(id, await access.decided('create', actor, permit, ({ project: { workflow }, role }) => tasks.handle(organizationId, id, {
      type: 'CreateTask', taskId: id, projectId, reporterId: actor.userId, fields, status, workflow, role, mentions, blockedBy, openBlockers, at: meta.at,
    }, meta)))
    if (blockedBy.length === 0) return created
    await links.addFirst(organizationId, projectId, edges, { ...meta, commandId: `${id}:blockers` }).catch(async (error: unknown) => {
      // Others may have linked so much since it was looked at: a task that is refused is not there.
      // Only a circle is closed by those who have linked this very task, and they have it.
      if (error instanceof Refused && error.kind === 'rule' && error.code !== 'dependency-cycle')
        await removeIfThere(organizationId, id, following(meta, 'unlinked'))
      throw error
    })
    return current(organizationId, id)
  }

  const update = async (actor: Actor, id: string, said: TaskFields, meta: CommandMeta): Promise<Changed> => {
    const { task, version, project } = await permitted('edit', actor, id)
    const fields = changedFields(task, said)
    const mentions = mentionsIn(said.description ?? '', said.mentions)
      .filter(person => said.mentions?.includes(person) || !mentionsIn(task.description).includes(person))
    const command = { type: 'UpdateTask', taskId: id, fields, mentions, at: meta.at } as const
    if (fields.assigneeId !== undefined && fields.assigneeId !== task.assigneeId) await access.demandMember(actor.organizationId, project, fields.assigneeId)
    const change = async (): Promise<Changed> => existing(id, await tasks.handle(actor.organizationId, id, command, meta))
    if (fields.parentId === undefined || fields.parentId === task.parentId) return change()
    // Made before, and the task has been moved on since.
    if (await tasks.knows(actor.organizationId, id, meta.commandId)) return current(actor.organizationId, id)
    // Everything else that could refuse comes before the graph takes the move down.
    demandVersion(version, meta)
    taskDecider.decide(task, command)
    return parents.move(actor.organizationId, task.projectId, { taskId: id, to: fields.parentId }, meta, change)
  }

  const changeStatus = async (actor: Actor, id: string, to: string, meta: CommandMeta): Promise<Changed> => {
    const { task, ...permit } = await permitted('move', actor, id)
    return access.decided('move', actor, permit, async ({ project: { workflow }, role }) => {
      const closedBlockers = await links.closedBlockers(actor.organizationId, task.blockedBy)
      const command = { type: 'ChangeStatus', taskId: id, to, workflow, role, closedBlockers, at: meta.at } as const
      return existing(id, await tasks.handle(actor.organizationId, id, command, meta))
    })
  }

  const remove = async (actor: Actor, id: string, meta: CommandMeta): Promise<Changed> => {
    await permitted('delete', actor, id)
    return existing(id, await tasks.handle(actor.organizationId, id, { type: 'DeleteTask', taskId: id, at: meta.at }, meta))
  }
  const restore = async (actor: Actor, id: string, meta: CommandMeta): Promise<Changed> => {
    const { task } = await permitted('restore', actor, id)
    const project = await deps.projects.fresh(actor.organizationId, task.projectId)
    if (!project || project.deletedAt !== null) throw unknownTask(id)
    return existing(id, await tasks.handle(actor.organizationId, id, { type: 'RestoreTask', taskId: id, ...restoredInto(project), at: meta.at }, meta))
  }

  const addDependency = async (actor: Actor, id: string, blockerId: string, meta: CommandMeta): Promise<Changed> => {
    const { task, version } = await permitted('link', actor, id)
    if (task.deletedAt !== null) throw unknownTask(id)
    // A repetition finds a newer version than its If-Match names, and its own link there.
    if (meta.expectedVersion !== undefined && meta.expectedVersion !== version && await links.knows(actor.organizationId, task.projectId, meta))
      return current(actor.organizationId, id)
    demandVersion(version, meta)
    if (blockerId !== id) await links.demandBlockers(actor.organizationId, task.projectId, [blockerId])
    await links.add(actor.organizationId, task.projectId, [{ taskId: id, blockerId }], meta)
    return current(actor.organizationId, id)
  }
  const removeDependency = async (actor: Actor, id: string, blockerId: string, meta: CommandMeta): Promise<Changed> => {
    const { task, version } = await permitted('link', actor, id)
    if (task.deletedAt !== null) throw unknownTask(id)
    demandVersion(version, meta)
    if (!task.blockedBy.includes(blockerId)) throw new Refused('missing', 'dependency-unknown', 'That task does not block this one.', { blockedBy: blockerId })
    await links.remove(actor.organizationId, task.projectId, [{ taskId: id, blockerId }], meta)
    return current(actor.organizationId, id)
  }

  return { permitted, create, update, changeStatus, remove, restore, addDependency, removeDependency, links, parents }
}
export type TaskChanges = ReturnType<typeof taskChanges>
