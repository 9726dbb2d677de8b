import type { ProjectRole } from '../../shared/contracts/primitives.ts'
import type { StatusCategory, Workflow } from '../../shared/contracts/workflow.ts'
import { Refused } from '../../shared/kit/decider.ts'

export const closed = (category: StatusCategory): boolean => category === 'done' || category === 'cancelled'

const statusOf = (workflow: Workflow, key: string) => workflow.statuses.find(s => s.key === key)

const leaving = (workflow: Workflow, from: string) => workflow.transitions.filter(t => t.from === from || t.from === '*').filter(t => t.to !== from)

/** Where a task may go from here. A task whose status the workflow no longer knows may go anywhere, so that it is never stuck. */
export const allowedFrom = (workflow: Workflow, from: string, role: ProjectRole): string[] => {
  if (!statusOf(workflow, from)) return workflow.statuses.map(s => s.key)
  return [...new Set(leaving(workflow, from).filter(t => !t.roles || t.roles.includes(role)).map(t => t.to))]
}

/** The category of the status entered, or a refusal that says what is allowed instead. */
export const enter = (workflow: Workflow, from: string, to: string, role: ProjectRole): StatusCategory => {
  const target = statusOf(workflow, to)
  const allowed = allowedFrom(workflow, from, role)
  if (target && allowed.includes(to)) return target.category
  if (target && leaving(workflow, from).some(t => t.to === to))
    throw new Refused('forbidden', 'role-not-permitted', `Your role in the project may not move a task from ${from} to ${to}.`, { from, to, allowed })
  throw new Refused('rule', 'illegal-transition', `The workflow has no way from ${from} to ${to}.`, { from, to, allowed })
}

/** Where a role can bring a task from its beginning, step by step. */
const withinReach = (workflow: Workflow, role: ProjectRole): string[] => {
  const reached = new Set([workflow.initial])
  for (const from of reached) for (const to of allowedFrom(workflow, from, role)) reached.add(to)
  return [...reached]
}

/** The status a new task begins in: one that its creator could have taken it to, or any when the service itself creates it. */
export const begin = (workflow: Workflow, status: string, role: ProjectRole | undefined): Workflow['statuses'][number] => {
  const entered = statusOf(workflow, status)
  if (entered && (role === undefined || status === workflow.initial)) return entered
  const allowed = role === undefined ? workflow.statuses.map(s => s.key) : withinReach(workflow, role)
  if (!entered) throw new Refused('rule', 'illegal-transition', `The workflow has no status ${status}.`, { to: status, allowed })
  if (!allowed.includes(status))
    throw new Refused('forbidden', 'role-not-permitted', `Your role in the project may not take a new task to ${status}.`, { to: status, allowed })
  return entered
}

/** Whether an open blocker keeps a task out of a category: it can never be finished, nor started unless the workflow says so. */
const heldBack = (workflow: Workflow, category: StatusCategory): boolean =>
  category === 'done' || (workflow.blockedMay !== 'start' && (category === 'active' || category === 'review'))

export const notBlocked = (workflow: Workflow, category: StatusCategory, openBlockers: readonly string[]): void => {
  if (openBlockers.length > 0 && heldBack(workflow, category))
    throw new Refused('rule', 'task-blocked', `It waits for ${openBlockers.length} open ${openBlockers.length === 1 ? 'task' : 'tasks'}.`, { openBlockers })
}
