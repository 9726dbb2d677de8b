import type { ProjectRole } from '../../shared/contracts/primitives.ts'
import type { StatusCategory, Workflow } from '../../shared/contracts/workflow.ts'
import { Refused } from '../../shared/kit/decider.ts'

export const closed = (category: StatusCategory): boolean => category === 'done' || category === 'cancelled'

export const statusOf = (workflow: Workflow, key: string) => workflow.statuses.find(s => s.key === key)

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
  if (target && leaving(workflow, from).some(t => t.to === to)) throw new Refused('forbidden', 'role-not-permitted', `Your role in the project may not move a task from ${from} to ${to}.`, { from, to, allowed })
  throw new Refused('rule', 'illegal-transition', `The workflow has no way from ${from} to ${to}.`, { from, to, allowed })
}

/** Whether an open blocker keeps a task out of a category: it can never be finished, nor started unless the workflow says so. */
export const heldBack = (workflow: Workflow, category: StatusCategory): boolean =>
  category === 'done' || (workflow.blockedMay !== 'start' && (category === 'active' || category === 'review'))
