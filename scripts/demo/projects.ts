import type { ProjectRole } from '../../services/shared/contracts/primitives.ts'
import type { Apis } from './apis.ts'
import type { Person } from './person.ts'
import type { Progress } from './progress.ts'
import { sagaEnd } from './sagas.ts'

const plans = [
  { templateId: 'software-delivery', name: 'Customer portal' },
  { templateId: 'marketing-campaign', name: 'Spring campaign' },
  { templateId: 'client-onboarding', name: 'Onboarding Contoso' },
] as const
const roles: readonly ProjectRole[] = ['owner', 'manager', 'contributor', 'contributor', 'contributor', 'contributor', 'viewer']

/** Three projects from the shipped templates, all at once, each led by somebody else. Answers their ids when their sagas have ended well. */
export const fromTemplates = async (apis: Apis, founder: Person, team: readonly Person[], progress: Progress): Promise<string[]> => {
  const step = progress.step('projects from templates', plans.length)
  const ids = await Promise.all(plans.map(async ({ templateId, name }, i) => {
    // The one who watches watches everywhere; the others take turns in leading.
    const rotated = team.slice(0, -1).map((_, j, workers) => workers[(i + j) % workers.length]).concat(team.at(-1)).filter(p => p !== undefined)
    const members = rotated.map((person, j) => {
      const watches = j === rotated.length - 1
      return { userId: person.id, role: watches ? 'viewer' as const : roles[j] ?? 'contributor', allocationPercent: watches ? 0 : 30 }
    })
    const started = await apis.projects.createProject({ body: { name, templateId, members }, token: await founder.token() })
    if (!('sagaId' in started)) throw new Error('a project from a template starts a saga')
    const outcome = await sagaEnd(apis, founder, started.sagaId)
    if (outcome !== 'created') throw new Error(`the project ${name} was not created: ${outcome}`)
    return started.projectId
  }))
  step.done()
  return ids
}

/** The project that takes the backlog, with everybody in it. */
export const backlogProject = async (apis: Apis, founder: Person, team: readonly Person[], others: readonly Person[]): Promise<string> => {
  const members = [
    ...team.map((p, i) => ({ userId: p.id, role: i < 2 ? 'manager' as const : 'contributor' as const, allocationPercent: 20 })),
    ...others.map(p => ({ userId: p.id, role: 'contributor' as const })),
  ]
  const project = await apis.projects.createProject({
    body: { name: 'Backlog', description: 'Everything that was there before.', members: members.slice(0, 500) },
    token: await founder.token(),
  })
  if (!('id' in project)) throw new Error('a project without a template is there at once')
  for (const member of members.slice(500)) await apis.projects.addMember({ params: { id: project.id }, body: member, token: await founder.token() })
  return project.id
}
