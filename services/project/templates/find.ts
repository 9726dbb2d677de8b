import { Refused } from '../../shared/kit/decider.ts'
import type { ProjectDeps } from '../deps.ts'
import type { TemplateContent } from '../domain/template.ts'
import { shippedTemplates } from './shipped.ts'

export const templateUnknown = (): Refused => new Refused('missing', 'template-unknown', 'There is no such template.')

export const findTemplate = async ({ templates }: Pick<ProjectDeps, 'templates'>, organizationId: string, id: string): Promise<TemplateContent> => {
  const shipped = shippedTemplates.find(t => t.id === id)
  if (shipped) return shipped
  const { state } = await templates.load(organizationId, id)
  if (state.phase !== 'kept') throw templateUnknown()
  return state
}

/** The tasks of a template that was found once, even when it has been removed since: the log keeps them. */
export const templateTasks = async ({ templates }: Pick<ProjectDeps, 'templates'>, organizationId: string, id: string): Promise<TemplateContent['tasks']> => {
  const shipped = shippedTemplates.find(t => t.id === id)
  if (shipped) return shipped.tasks
  const { state } = await templates.load(organizationId, id)
  return state.phase === 'absent' ? [] : state.tasks
}
