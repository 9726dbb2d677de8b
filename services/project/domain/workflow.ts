import type { Workflow } from '../../shared/contracts/workflow.ts'
import { Refused } from '../../shared/kit/decider.ts'

/** Everything that is wrong with a workflow, in words; empty when it holds. */
export const workflowProblems = (workflow: Workflow): { path: string; message: string }[] => {
  const keys = workflow.statuses.map(s => s.key)
  const known = new Set(keys)
  const reached = reachable(workflow)
  const beginsClosed = workflow.statuses.some(s => s.key === workflow.initial && (s.category === 'done' || s.category === 'cancelled'))
  const cutOff = (key: string): boolean => known.has(workflow.initial) && !reached.has(key)
  return [
    ...keys.flatMap((key, i) => (keys.indexOf(key) < i ? [{ path: `statuses.${i}.key`, message: `${key} is there twice` }] : [])),
    ...(known.has(workflow.initial) ? [] : [{ path: 'initial', message: `${workflow.initial} is not one of the statuses` }]),
    ...(beginsClosed ? [{ path: 'initial', message: `${workflow.initial} closes a task; a new one is open` }] : []),
    ...(workflow.statuses.some(s => s.category === 'done') ? [] : [{ path: 'statuses', message: 'at least one status must be of the category done' }]),
    ...workflow.transitions.flatMap(({ from, to }, i) => [
      ...(from === '*' || known.has(from) ? [] : [{ path: `transitions.${i}.from`, message: `${from} is not one of the statuses` }]),
      ...(known.has(to) ? [] : [{ path: `transitions.${i}.to`, message: `${to} is not one of the statuses` }]),
      ...(from === to ? [{ path: `transitions.${i}`, message: 'a transition leads to another status' }] : []),
    ]),
    ...workflow.statuses.flatMap(({ key }, i) =>
      (cutOff(key) ? [{ path: `statuses.${i}`, message: `${key} cannot be reached from ${workflow.initial}` }] : [])),
  ]
}

export const workflowMustHold = (workflow: Workflow): void => {
  const errors = workflowProblems(workflow)
  if (errors.length) throw new Refused('invalid', 'workflow-invalid', 'The workflow does not hold together.', { errors })
}

/** Statuses that a new task can get to. */
export const reachable = ({ initial, transitions }: Pick<Workflow, 'initial' | 'transitions'>): Set<string> => {
  const reached = new Set([initial])
  for (const at of reached)
    for (const { from, to } of transitions) if (from === at || from === '*') reached.add(to)
  return reached
}

/** Statuses of the old workflow that the new one no longer has, or means otherwise: a task keeps the category that its status had when it came there. */
export const removedStatuses = (before: Workflow, after: Workflow): string[] =>
  before.statuses.filter(old => !after.statuses.some(s => s.key === old.key && s.category === old.category)).map(s => s.key)
