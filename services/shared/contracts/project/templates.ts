import { z } from 'zod'
import { operation } from '../define.ts'
import { Id, page, paging } from '../primitives.ts'
import { Workflow } from '../workflow.ts'
import { Description, Name, Template, TemplateSummary, TemplateTask } from './schemas.ts'

const params = z.object({ templateId: Id })
const NewTemplate = z.strictObject({
  name: Name, description: Description.default(''), workflow: Workflow.optional(), tasks: z.array(TemplateTask).min(1).max(500),
})

export const templateOperations = {
  listTemplates: operation({
    method: 'GET', path: '/api/projects/templates', access: 'user', status: 200, summary: 'List the shipped templates and your organization’s own',
    query: z.strictObject({ ...paging }), reply: page(TemplateSummary), errors: { 'bad-cursor': 400 },
  }),
  createTemplate: operation({
    method: 'POST', path: '/api/projects/templates', access: 'user', status: 201, summary: 'Make a template of your organization',
    body: NewTemplate, reply: Template, errors: { 'workflow-invalid': 400, 'template-invalid': 400, 'dependency-cycle': 409 },
  }),
  getTemplate: operation({
    method: 'GET', path: '/api/projects/templates/:templateId', access: 'user', status: 200, summary: 'Show a template with its tasks',
    params, reply: Template, errors: { 'template-unknown': 404 },
  }),
  removeTemplate: operation({
    method: 'DELETE', path: '/api/projects/templates/:templateId', access: 'user', status: 204, summary: 'Remove a template of your organization',
    params, errors: { 'template-unknown': 404, 'template-shipped': 409 },
  }),
}
