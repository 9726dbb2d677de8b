import { z } from 'zod'
import type { projectApi } from '../../shared/contracts/project/http.ts'
import type { TemplateSummary } from '../../shared/contracts/project/schemas.ts'
import { defaultWorkflow } from '../../shared/contracts/workflow.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Handlers } from '../../shared/kit/http/call.ts'
import { decodeCursor, pageOf } from '../../shared/kit/http/input/page.ts'
import type { ProjectDeps } from '../deps.ts'
import { demand, mayCreate, mayRemoveTemplate } from '../policies.ts'
import { presentTemplate } from '../present.ts'
import { templateUnknown } from '../templates/find.ts'
import { shippedTemplates } from '../templates/shipped.ts'

type Names = 'listTemplates' | 'createTemplate' | 'getTemplate' | 'removeTemplate'

type Summary = z.infer<typeof TemplateSummary>
/** Shipped ones have their place among themselves, all others come behind them by name. */
const TemplateCursor = z.strictObject({ shipped: z.number().int(), name: z.string(), id: z.string() })
type Place = z.infer<typeof TemplateCursor>
const placeOf = ({ id, name, source }: Summary): Place =>
  ({ shipped: source === 'shipped' ? shippedTemplates.findIndex(t => t.id === id) : shippedTemplates.length, name, id })
const compare = (a: Place, b: Place): number => {
  if (a.shipped !== b.shipped) return a.shipped - b.shipped
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  if (a.id === b.id) return 0
  return a.id < b.id ? -1 : 1
}

export const templateHandlers = (deps: ProjectDeps): Pick<Handlers<typeof projectApi>, Names> => {
  const { templates, views } = deps
  return {
    listTemplates: async ({ actor, query: { limit, cursor } }) => {
      const rows = await views.templates.all(actor.organizationId)
      const own = rows.map(({ _id, name, description, taskCount, estimateMinutes, createdAt }) =>
        ({ id: _id, source: 'organization' as const, name, description, taskCount, estimateMinutes, createdAt }))
      const after = cursor === undefined ? undefined : decodeCursor(TemplateCursor, cursor)
      const rest = [...shippedSummaries, ...own].map(summary => ({ summary, place: placeOf(summary) }))
        .filter(({ place }) => !after || compare(place, after) > 0).sort((a, b) => compare(a.place, b.place))
      const { items, nextCursor } = pageOf(rest.slice(0, limit + 1), limit, last => last.place)
      return { body: { items: items.map(({ summary }) => summary), nextCursor } }
    },

    createTemplate: async ({ actor, body, meta, newId }) => {
      demand(mayCreate(actor), 'make templates')
      const [id, content] = [newId(), { ...body, workflow: body.workflow ?? defaultWorkflow }]
      const { state, version } = await templates.handle(actor.organizationId, id, { type: 'CreateTemplate', content, by: actor.userId, at: meta.at }, meta)
      if (state.phase === 'absent') throw templateUnknown()
      return { body: presentTemplate(id, version, 'organization', state.createdAt, state), version }
    },

    getTemplate: async ({ actor, params: { templateId } }) => {
      const shipped = shippedTemplates.find(t => t.id === templateId)
      if (shipped) return { body: presentTemplate(shipped.id, 1, 'shipped', null, shipped), version: 1 }
      const { state, version } = await templates.load(actor.organizationId, templateId)
      if (state.phase !== 'kept') throw templateUnknown()
      return { body: presentTemplate(templateId, version, 'organization', state.createdAt, state), version }
    },

    removeTemplate: async ({ actor, params: { templateId }, meta }) => {
      if (shippedTemplates.some(t => t.id === templateId)) throw new Refused('rule', 'template-shipped', 'Templates that come with the platform stay.')
      const { state } = await templates.load(actor.organizationId, templateId)
      if (state.phase !== 'kept') throw templateUnknown()
      demand(mayRemoveTemplate(state, actor), 'remove this template')
      await templates.handle(actor.organizationId, templateId, { type: 'RemoveTemplate', at: meta.at }, meta)
      return {}
    },
  }
}

const shippedSummaries: Summary[] = shippedTemplates.map(({ id, name, description, tasks }) => ({
  id, name, description, source: 'shipped', createdAt: null,
  taskCount: tasks.length, estimateMinutes: tasks.reduce((sum, t) => sum + (t.estimateMinutes ?? 0), 0),
}))
