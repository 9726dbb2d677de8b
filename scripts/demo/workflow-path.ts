import type { Workflow } from '../../services/shared/contracts/workflow.ts'

export type Step = { to: string; leadersOnly: boolean }

/** The shortest way from a status to one that means done, and which of its steps are for those who lead. */
export const pathToDone = ({ statuses, transitions }: Workflow, from: string): Step[] => {
  const goal = new Set(statuses.filter(s => s.category === 'done').map(s => s.key))
  const cancelled = new Set(statuses.filter(s => s.category === 'cancelled').map(s => s.key))
  const reached = new Map<string, Step[]>([[from, []]])
  for (const [at, path] of reached) {
    if (goal.has(at)) return path
    for (const { from: start, to, roles } of transitions) {
      const leadsOn = (start === at || start === '*') && !reached.has(to) && !cancelled.has(to)
      if (leadsOn) reached.set(to, [...path, { to, leadersOnly: roles !== undefined && !roles.includes('contributor') }])
    }
  }
  return []
}

/** The way to done of a task that waits for another: the steps that it may take all the same, and the one into work, which it may not. */
export const wayIntoWork = (workflow: Workflow, from: string): { open: Step[]; start: Step | undefined } => {
  const way = pathToDone(workflow, from)
  const at = way.findIndex(({ to }) => workflow.statuses.find(s => s.key === to)?.category !== 'open')
  return { open: way.slice(0, at), start: way[at] }
}
