import type { Answer, Call } from '../../shared/kit/http/call.ts'
import type { projectApi } from '../../shared/contracts/project/http.ts'
import { defaultWorkflow } from '../../shared/contracts/workflow.ts'
import type { ProjectDeps } from '../deps.ts'
import type { NewProject } from '../domain/project-state.ts'
import { projectMustHold } from '../domain/planning.ts'
import { instant } from '../input.ts'
import { demand, mayCreate } from '../policies.ts'
import { presentProject, visible } from '../present.ts'
import { findTemplate } from '../templates/find.ts'

type Create = Call<typeof projectApi.createProject>

/** A project at once, or the beginning of one from a template, which a saga carries through. */
export const createProject = (deps: ProjectDeps) => async (call: Create): Promise<Answer<typeof projectApi.createProject>> => {
  const { actor, body, meta, newId } = call
  demand(mayCreate(actor), 'create projects')
  const [id, tenant] = [newId(), actor.organizationId]
  const template = body.templateId === undefined ? undefined : await findTemplate(deps, tenant, body.templateId)
  const fresh = newProject(call, template?.workflow)
  projectMustHold(fresh)
  // The actor too: what somebody founds while his account is being closed would be nobody's.
  await deps.people.mustBelong(tenant, fresh.members.map(m => m.userId))
  const key = body.key ?? await deps.keys.takeFor(tenant, body.name, id, meta)
  if (body.key !== undefined) await deps.keys.take(tenant, key, id, meta)
  if (body.templateId === undefined) {
    const { state, version } = await deps.projects.handle(tenant, id, { type: 'CreateProject', project: { ...fresh, key }, at: meta.at }, meta)
    return { body: presentProject(id, version, visible(state)), version }
  }
  const sagaId = `project-from-template.${newId()}`
  await deps.projects.handle(tenant, id, { type: 'PlanProject', sagaId, templateId: body.templateId, plan: { ...fresh, key }, at: meta.at }, meta)
  return { status: 202, body: { sagaId, projectId: id } }
}

/** Whoever creates a project owns it. */
const newProject = ({ actor, body }: Create, templateWorkflow = defaultWorkflow): NewProject => {
  const own = body.members.find(m => m.userId === actor.userId)
  const { name, description, status, startAt, dueAt } = body
  return {
    name, description, status, key: '', startAt: instant(startAt), dueAt: instant(dueAt), workflow: body.workflow ?? templateWorkflow,
    members: [{ userId: actor.userId, role: 'owner', allocationPercent: own?.allocationPercent ?? 0 }, ...body.members.filter(m => m !== own)],
  }
}
