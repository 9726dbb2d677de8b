import type { Project } from '../../services/shared/contracts/project/schemas.ts'
import type { Task } from '../../services/shared/contracts/task/model.ts'
import type { Apis } from './apis.ts'
import { layers } from './backlog/links.ts'
import { workOnBlocked, type Assignment } from './blocking.ts'
import { inParallel } from './in-parallel.ts'
import type { Person } from './person.ts'
import type { Progress } from './progress.ts'
import { count } from './tally.ts'
import type { Refusal } from './try-forbidden.ts'
import { pathToDone } from './workflow-path.ts'

/**
 * `assigned`: how many tasks each was given, by the id of the person; `links`: links between tasks that were drawn or taken back;
 * `refusals`: what was tried although a task was blocked.
 */
export type Worked = {
  assigned: Map<string, number>; statusChanges: number; completed: number; comments: number; mentions: number; links: number; refusals: Refusal[]
}
type Deps = { apis: Apis; founder: Person; workers: readonly Person[]; progress: Progress }

export const tasksOf = async (apis: Apis, as: Person, projectId: string): Promise<Task[]> => {
  const tasks: Task[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await apis.tasks.listTasks({
      query: { projectId, limit: 200, sort: 'createdAt', ...(cursor !== undefined && { cursor }) },
      token: await as.token(),
    })
    tasks.push(...page.items)
    cursor = page.nextCursor
  }
  return tasks
}

/**
 * The team takes over its projects: everybody gets work, does what is not waiting for something else, finds out what does wait,
 * talks about it and writes down the time.
 */
export const workOn = async (deps: Deps, projectIds: readonly string[]): Promise<Worked> => {
  const total: Worked = { assigned: new Map(), statusChanges: 0, completed: 0, comments: 0, mentions: 0, links: 0, refusals: [] }
  const step = deps.progress.step('projects worked on', projectIds.length)
  for (const [i, id] of projectIds.entries()) {
    await workOnOne(deps, id, total)
    step.to(i + 1, `${total.completed} tasks completed`)
  }
  step.done(`${total.completed} tasks completed`)
  return total
}

const workOnOne = async ({ apis, founder, workers }: Deps, projectId: string, worked: Worked): Promise<void> => {
  const project = await apis.projects.getProject({ params: { id: projectId }, token: await founder.token() })
  const tasks = await tasksOf(apis, founder, projectId)
  const workerOf = (i: number): Person => workers[i % workers.length] ?? founder
  const operations = tasks.map((task, i) => ({ op: 'update' as const, id: task.id, version: task.version, fields: { assigneeId: workerOf(i).id } }))
  const { results } = await apis.tasks.bulkTasks({ body: { operations }, token: await founder.token() })
  for (const { index, status } of results) if (status < 300) count(worked.assigned, workerOf(index).id)

  const byId = new Map(tasks.map((task, i) => [task.id, { task, worker: workerOf(i), other: workerOf(i + 1) }]))
  const waves = layers(tasks.map(t => t.id), new Map(tasks.map(t => [t.id, t.blockedBy])))
  // The second half of the plan is still to come.
  const plan = waves.slice(0, Math.ceil(waves.length / 2)).map(wave => wave.flatMap(id => byId.get(id) ?? []))
  const finish = (assignment: Assignment): Promise<void> => finishOne({ apis, founder, project, worked }, assignment)
  // Of the first two that were to be done side by side, the second turns out to need the first.
  const surprise = plan.find(wave => wave.length > 1)
  for (const wave of plan) {
    const [blocker, blocked] = wave === surprise ? wave.splice(0, 2) : []
    if (blocker && blocked) {
      const { links, statusChanges, refusals } = await workOnBlocked({ tasks: apis.tasks, workflow: project.workflow, founder, finish }, blocker, blocked)
      worked.links += links
      worked.statusChanges += statusChanges
      worked.refusals.push(...refusals)
    }
    await inParallel(wave, 6, finish)
  }
}

type Site = { apis: Apis; founder: Person; project: Project; worked: Worked }
const finishOne = async ({ apis, founder, project, worked }: Site, { task, worker, other }: Assignment): Promise<void> => {
  for (const { to, leadersOnly } of pathToDone(project.workflow, task.status)) {
    await apis.tasks.changeStatus({ params: { id: task.id }, body: { status: to }, token: await (leadersOnly ? founder : worker).token() })
    worked.statusChanges++
  }
  worked.completed++
  await apis.tasks.addComment({
    params: { id: task.id }, body: { text: `Done, @${other.id} — have a look when you have a minute.`, mentions: [other.id] },
    token: await worker.token(),
  })
  worked.comments++
  if (other.id !== worker.id) worked.mentions++
  const startedAt = new Date(Date.now() - 3_600_000).toISOString()
  await apis.projects.logTime({
    params: { id: project.id }, body: { taskId: task.id, minutes: Math.min(1440, task.estimateMinutes ?? 60), startedAt, note: task.title },
    token: await worker.token(),
  })
}
