import { projectApi } from '../../../services/shared/contracts/project/http.ts'
import { taskApi } from '../../../services/shared/contracts/task/http.ts'
import type { Chance } from '../../../scripts/demo/random.ts'
import { effect } from '../check/effects.ts'
import type { Door } from './door.ts'
import type { Person } from './people.ts'

export type Team = { owner: Person; members: readonly [Person, ...Person[]]; projectId: string }
type Task = {
  id: string; title: string; status: string; assignee: string | undefined
  /** What it waits for; null when that was taken away again. */
  blocker: string | null | undefined
  /** The newest comment, until it is edited. */
  comment: string | undefined
  /** Each is deleted once at most. */
  bin: 'away' | 'back' | undefined
}
const path = ['todo', 'in_progress', 'in_review', 'done'] as const

/** Founds the project in which everything happens. */
export const foundProject = async (door: Door, owner: Person, members: Team['members']): Promise<Team> => {
  const project = await door.ask('createProject', projectApi.createProject, { token: owner.token(), body: { name: 'Unsinkable' } })
  const projectId = project && 'id' in project ? project.id : ''
  door.ledger.acknowledged.push(effect.project(projectId), effect.joined(projectId, owner.id))
  for (const { id } of members) {
    await door.ask(
      'addMember', projectApi.addMember,
      { token: owner.token(), params: { id: projectId }, body: { userId: id, role: 'contributor' } },
      { effects: [effect.joined(projectId, id)], doneIf: ['already-member'] },
    )
  }
  return { owner, members, projectId }
}

/** One pair of hands: it makes tasks and brings them forward, one command after the other. */
export const worker = (door: Door, { owner, members, projectId }: Team, chance: Chance, name: string) => {
  const tasks: Task[] = []
  let made = 0
  const token = (): string => owner.token()
  /** The oldest first, deleted ones not. */
  const here = (): Task[] => tasks.filter(task => task.bin !== 'away')

  const create = async (): Promise<void> => {
    const title = `${name}.${made++}`
    const assignee = chance.below(3) === 0 ? chance.pick(members).id : undefined
    const task = await door.ask('createTask', taskApi.createTask, { token: token(), body: { projectId, title, ...(assignee && { assigneeId: assignee }) } })
    if (!task) return
    door.ledger.acknowledged.push(effect.created(task.id))
    tasks.push({ id: task.id, title, status: 'todo', assignee, blocker: undefined, comment: undefined, bin: undefined })
  }
  const assign = async (task: Task): Promise<void> => {
    if (task.assignee !== undefined) return comment(task)
    const person = chance.pick(members)
    await door.ask(
      'updateTask', taskApi.updateTask,
      { token: token(), params: { id: task.id }, body: { assigneeId: person.id } },
      { effects: [effect.assigned(task.id, person.id)] },
    )
    task.assignee = person.id
  }
  const move = async (task: Task): Promise<void> => {
    const next = path[path.indexOf(path.find(s => s === task.status) ?? 'done') + 1]
    if (next === undefined || task.blocker) return create()
    await door.ask(
      'changeStatus', taskApi.changeStatus,
      { token: token(), params: { id: task.id }, body: { status: next } },
      { effects: [effect.moved(task.id, task.status, next)] },
    )
    task.status = next
  }
  const comment = async (task: Task): Promise<void> => {
    const said = await door.ask('addComment', taskApi.addComment, { token: token(), params: { id: task.id }, body: { text: `About ${task.title}` } })
    if (!said) return
    door.ledger.acknowledged.push(effect.commented(said.id))
    task.comment = said.id
  }
  /** Says it in other words, and to somebody. */
  const edit = async (task: Task): Promise<void> => {
    if (task.comment === undefined) return comment(task)
    const params = { id: task.id, commentId: task.comment }
    const body = { text: `More about ${task.title}`, mentions: [chance.pick(members).id] }
    await door.ask('editComment', taskApi.editComment, { token: token(), params, body }, { effects: [effect.edited(task.comment)] })
    task.comment = undefined
  }
  /** The newest task waits for an older one, so that no cycle comes up. */
  const block = async (task: Task): Promise<void> => {
    const newest = here().at(-1)
    if (!newest || newest === task || newest.blocker !== undefined || newest.status !== 'todo') return create()
    newest.blocker = task.id
    await door.ask(
      'addDependency', taskApi.addDependency,
      { token: token(), params: { id: newest.id }, body: { blockedBy: task.id } },
      { effects: [effect.blocked(newest.id, task.id)] },
    )
  }
  /** It waits no longer; nor will it again, so that each link is made and taken away once. */
  const free = async (task: Task): Promise<void> => {
    if (!task.blocker) return create()
    await door.ask(
      'removeDependency', taskApi.removeDependency,
      { token: token(), params: { id: task.id, otherId: task.blocker } },
      { effects: [effect.freed(task.id, task.blocker)], doneIf: ['dependency-unknown'] },
    )
    task.blocker = null
  }
  const bin = async (task: Task): Promise<void> => {
    if (task.bin) return comment(task)
    task.bin = 'away'
    await door.ask('deleteTask', taskApi.deleteTask, { token: token(), params: { id: task.id } }, { effects: [effect.gone(task.id)], doneIf: ['task-unknown'] })
  }
  const restore = async (): Promise<void> => {
    const task = tasks.find(t => t.bin === 'away')
    if (!task) return create()
    await door.ask('restoreTask', taskApi.restoreTask, { token: token(), params: { id: task.id } }, { effects: [effect.back(task.id)] })
    task.bin = 'back'
  }
  return {
    step: async (): Promise<void> => {
      await owner.keep()
      const some = here()
      const task = some[chance.below(some.length || 1)]
      if (!task) return create()
      const what = chance.weighted({ create: 4, assign: 2, move: 5, comment: 2, edit: 1, block: 1, free: 1, bin: 1, restore: 1 })
      await { create, assign, move, comment, edit, block, free, bin, restore }[what](task)
    },
  }
}
