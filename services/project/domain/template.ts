import type { TemplateTask } from '../../shared/contracts/project/schemas.ts'
import type { Workflow } from '../../shared/contracts/workflow.ts'
import { Refused, type Decider } from '../../shared/kit/decider.ts'
import { cycleIn } from './cycle.ts'
import { workflowMustHold } from './workflow.ts'

export type TemplateContent = { name: string; description: string; workflow: Workflow; tasks: TemplateTask[] }
export type Template = { phase: 'absent' } | (TemplateContent & { phase: 'kept' | 'removed'; createdBy: string; createdAt: string })
export type TemplateEvent = ({ type: 'TemplateCreated'; createdBy: string; at: string } & TemplateContent) | { type: 'TemplateRemoved'; at: string }
export type TemplateCommand = { type: 'CreateTemplate'; content: TemplateContent; by: string; at: string } | { type: 'RemoveTemplate'; at: string }

const decide = (template: Template, command: TemplateCommand): TemplateEvent[] => {
  if (command.type === 'CreateTemplate') {
    if (template.phase !== 'absent') return []
    templateMustHold(command.content)
    return [{ type: 'TemplateCreated', ...command.content, createdBy: command.by, at: command.at }]
  }
  if (template.phase !== 'kept') throw new Refused('missing', 'template-unknown', 'There is no such template.')
  return [{ type: 'TemplateRemoved', at: command.at }]
}

/** Keys are unique, blockers are tasks of the template, nothing waits for itself, no task is due before it starts. */
export const templateMustHold = ({ workflow, tasks }: TemplateContent): void => {
  workflowMustHold(workflow)
  const keys = tasks.map(t => t.key)
  const known = new Set(keys)
  const errors = tasks.flatMap((task, i) => [
    ...(keys.indexOf(task.key) < i ? [{ path: `tasks.${i}.key`, message: `${task.key} is there twice` }] : []),
    ...task.blockedBy.flatMap((key, j) => (known.has(key) ? [] : [{ path: `tasks.${i}.blockedBy.${j}`, message: `${key} is not a task of this template` }])),
    ...(task.startDay !== null && task.dueDay !== null && task.startDay > task.dueDay
      ? [{ path: `tasks.${i}.dueDay`, message: 'a task cannot be due before it starts' }]
      : []),
  ])
  if (errors.length) throw new Refused('invalid', 'template-invalid', 'The template does not hold together.', { errors })
  const cycle = cycleIn(new Map(tasks.map(t => [t.key, t.blockedBy])))
  if (cycle) throw new Refused('rule', 'dependency-cycle', `Tasks would wait for each other: ${cycle.join(' → ')}.`, { cycle })
}

const evolve = (template: Template, event: TemplateEvent): Template => {
  if (event.type === 'TemplateRemoved') return template.phase === 'absent' ? template : { ...template, phase: 'removed' }
  const { type: _, at, ...content } = event
  return { ...content, phase: 'kept', createdAt: at }
}

export const templateDecider: Decider<Template, TemplateCommand, TemplateEvent> = { initial: { phase: 'absent' }, decide, evolve }
