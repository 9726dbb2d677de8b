import { projectApi } from '../../../services/shared/contracts/project/http.ts'
import { taskApi } from '../../../services/shared/contracts/task/http.ts'
import type { Chance } from '../../../scripts/demo/random.ts'
import { effect } from '../check/effects.ts'
import type { Door } from './door.ts'
import type { Person } from './people.ts'

export type Team = { owner: Person; members: readonly [Person, ...Person[]]; projectId: string }
type Task = { id: string; title: string; status: string; assignee: string | undefined; blocked: boolean }
const path = ['todo', 'in_progress', 'in_review', 'done'] as const

/** Founds the project in which everything happens. */
export const foundProject = async (door: Door, owner: Person, members: Team['members']): Promise<Team> => {
  const project = await door.ask('createProject', projectApi.createProject, { token: owner.token(), body: { name: 'Unsinkable' } })
  const projectId = project && 'id' in project ? project.id : ''
  door.ledger.acknowledged.push(effect.project(projectId), effect.joined(projectId, owner.id))
  for (const { id } of members) await door.ask('addMember', projectApi.addMember, { token: owner.token(), params: { id: projectId }, body: { userId: id, role: 'contributor' } }, { effects: [effect.joined(projectId, id)], doneIf: ['already-member'] })
  return { owner, members, projectId }
}

/** One pair of hands: it makes tasks and brings them forward, one command after the other. */
export const worker = (door: Door, { owner, members, projectId }: Team, chance: Chance, name: string) => {
  const tasks: Task[] = []
  let made = 0
  const token = (): string => owner.token()

  const create = async (): Promise<void> => {
    const title = `${name}.${made++}`
    const assignee = chance.below(3) === 0 ? chance.pick(members).id : undefined
    const task = await door.ask('createTask', taskApi.createTask, { token: token(), body: { projectId, title, ...(assignee && { assigneeId: assignee }) } })
    if (!task) return
    door.ledger.acknowledged.push(effect.created(task.id))
    tasks.push({ id: task.id, title, status: 'todo', assignee, blocked: false })
  }
  const assign = async (task: Task): Promise<void> => {
    if (task.assignee !== undefined) return comment(task)
    const person = chance.pick(members)
    await door.ask('updateTask', taskApi.updateTask, { token: token(), params: { id: task.id }, body: { assigneeId: person.id } }, { effects: [effect.assigned(task.id, person.id)] })
    task.assignee = person.id
  }
  const move = async (task: Task): Promise<void> => {
    const next = path[path.indexOf(path.find(s => s === task.status) ?? 'done') + 1]
    if (next === undefined || task.blocked) return create()
    await door.ask('changeStatus', taskApi.changeStatus, { token: token(), params: { id: task.id }, body: { status: next } }, { effects: [effect.moved(task.id, task.status, next)] })
    task.status = next
  }
  const comment = async (task: Task): Promise<void> => {
    const said = await door.ask('addComment', taskApi.addComment, { token: token(), params: { id: task.id }, body: { text: `About ${task.title}` } })
    if (said) door.ledger.acknowledged.push(effect.commented(said.id))
  }
  /** The newest task waits for an older one, so that no cycle comes up. */
  const block = async (task: Task): Promise<void> => {
    const newest = tasks.at(-1)
    if (!newest || newest === task || newest.blocked || newest.status !== 'todo') return create()
    newest.blocked = true
    await door.ask('addDependency', taskApi.addDependency, { token: token(), params: { id: newest.id }, body: { blockedBy: task.id } }, { effects: [effect.blocked(newest.id, task.id)] })
  }
  return {
    step: async (): Promise<void> => {
      await owner.keep()
      const task = tasks[chance.below(tasks.length || 1)]
      if (!task) return create()
      const what = chance.weighted({ create: 4, assign: 2, move: 5, comment: 2, block: 1 })
      await { create, assign: () => assign(task), move: () => move(task), comment: () => comment(task), block: () => block(task) }[what]()
    },
  }
}
