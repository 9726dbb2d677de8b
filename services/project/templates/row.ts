import type { TemplateTask } from '../../shared/contracts/project/schemas.ts'
import type { TemplateContent } from '../domain/template.ts'

/** A template that comes with the platform; its id is fixed and the same in every organization. */
export type ShippedTemplate = TemplateContent & { id: string }

type More = Partial<Pick<TemplateTask, 'description' | 'priority' | 'difficulty' | 'labels' | 'blockedBy'>>

/** One row of a shipped template: its key, its title, the days it runs, the hours it takes, and what else there is to say. */
export const row = (key: string, title: string, [startDay, dueDay]: readonly [number, number], hours: number, more: More = {}): TemplateTask => ({
  key, title, startDay, dueDay, estimateMinutes: hours * 60, description: '', priority: 'medium', difficulty: null, labels: [], blockedBy: [], ...more,
})
