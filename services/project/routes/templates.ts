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

export const templateHandlers = (deps: ProjectDeps): Pick<Handlers<typeof projectApi>, Names> => {
  const { templates, views } = deps
  return {
    listTemplates: async ({ actor, query: { limit, cursor } }) => {
      const rows = await views.templates.all(actor.organizationId)
      const own = rows.map(({ _id, name, description, taskCount, estimateMinutes, createdAt }) =>
        ({ id: _id, source: 'organization' as const, name, description, taskCount, estimateMinutes, createdAt }))
      const from = cursor === undefined ? 0 : decodeCursor(z.number().int().min(0), cursor)
      const page = pageOf([...shippedSummaries, ...own].slice(from, from + limit + 1), limit, () => from + limit)
      return { body: page }
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

const shippedSummaries: z.infer<typeof TemplateSummary>[] = shippedTemplates.map(({ id, name, description, tasks }) => ({
  id, name, description, source: 'shipped', createdAt: null,
  taskCount: tasks.length, estimateMinutes: tasks.reduce((sum, t) => sum + (t.estimateMinutes ?? 0), 0),
}))
