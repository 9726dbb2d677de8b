import type { ProjectRole } from '../shared/contracts/primitives.ts'
import { Refused } from '../shared/kit/decider.ts'
import type { Actor } from '../shared/kit/http/call.ts'
import { demand, may, roleOf, type Action } from './policies.ts'
import type { ProjectCopies, ProjectRow } from './views/projects.ts'

export type Permit = { project: ProjectRow; role: ProjectRole }

const roleIn = (project: ProjectRow, userId: string): ProjectRole | undefined => project.members.find(m => m.userId === userId)?.role
// What a workflow refuses, or the role in it.
const ofWorkflow: ReadonlySet<string> = new Set(['illegal-transition', 'role-not-permitted', 'task-blocked'])

/** Who may do what where. What the own copy of a project refuses is looked at once more with what the project service says, for it may have just changed. */
export const accessTo = (projects: ProjectCopies) => {
  const judge = (action: Action, actor: Actor, project: ProjectRow | undefined, own: boolean): Permit => {
    const who = { organization: actor.role, project: project && roleIn(project, actor.userId), own }
    // A deleted project keeps its members: they decide who may look at its past.
    if (!project || (project.deletedAt !== null && action !== 'recall'))
      throw new Refused('missing', 'unknown', 'There is no such thing, or it is not yours to see.')
    demand(action, who)
    if (action !== 'see' && action !== 'recall' && project.status === 'archived')
      throw new Refused('rule', 'project-closed', 'The project is archived.', { projectId: project.projectId })
    return { project, role: roleOf(who) ?? 'viewer' }
  }
  const permit = async (action: Action, actor: Actor, projectId: string, own = false): Promise<Permit> => {
    try {
      return judge(action, actor, await projects.get(actor.organizationId, projectId), own)
    } catch (error) {
      if (!(error instanceof Refused) || error.kind === 'unavailable') throw error
      return judge(action, actor, await projects.fresh(actor.organizationId, projectId), own)
    }
  }
  return {
    permit,
    /** A decision that rests on the project's workflow and the caller's role, which may have been changed a moment ago: what it refuses is decided again. */
    decided: async <T>(action: Action, actor: Actor, permitted: Permit, decide: (permit: Permit) => Promise<T>): Promise<T> => {
      try {
        return await decide(permitted)
      } catch (error) {
        if (!(error instanceof Refused) || !ofWorkflow.has(error.code)) throw error
        const now = await projects.fresh(actor.organizationId, permitted.project.projectId)
        if (!now || now.version === permitted.project.version) throw error
        return decide(judge(action, actor, now, false))
      }
    },
    /** The projects whose tasks the caller may see. */
    visible: async (actor: Actor): Promise<string[]> => {
      const all = await projects.all(actor.organizationId)
      return all
        .filter(project => may('see', { organization: actor.role, project: roleIn(project, actor.userId) }))
        .map(project => project.projectId)
    },
    /** Tasks are given to members of their project. */
    demandMember: async (organizationId: string, project: ProjectRow, userId: string | null | undefined): Promise<void> => {
      if (userId === null || userId === undefined || roleIn(project, userId)) return
      const now = await projects.fresh(organizationId, project.projectId)
      if (!now || !roleIn(now, userId))
        throw new Refused('rule', 'not-a-member', 'A task can be assigned to members of its project only.', { assigneeId: userId })
    },
  }
}
