import type { Aggregate } from '../../shared/kit/events/log/aggregate.ts'
import type { EventLog } from '../../shared/kit/events/log/event-log.ts'
import { stateView } from '../../shared/kit/events/views/view.ts'
import type { Template, TemplateCommand, TemplateEvent } from '../domain/template.ts'
import type { StoredEvent } from '../publish.ts'

export type TemplateRow = { organizationId: string; name: string; description: string; taskCount: number; estimateMinutes: number; createdAt: string }

export const templateViews = (log: EventLog<StoredEvent>, aggregate: Aggregate<Template, TemplateCommand, TemplateEvent>) => {
  const view = stateView({
    log, aggregate, collection: 'templates', indexes: ['organizationId'],
    toDocument: (state, { tenantId }): TemplateRow | undefined => {
      if (state.phase !== 'kept') return undefined
      const { name, description, tasks, createdAt } = state
      const estimateMinutes = tasks.reduce((sum, t) => sum + (t.estimateMinutes ?? 0), 0)
      return { organizationId: tenantId, name, description, taskCount: tasks.length, estimateMinutes, createdAt }
    },
  })
  return {
    view,
    /** In any order; an organization has a handful of them. */
    all: async (organizationId: string) => {
      await view.settled()
      return view.collection.find({ organizationId })
    },
  }
}
export type TemplateViews = ReturnType<typeof templateViews>
