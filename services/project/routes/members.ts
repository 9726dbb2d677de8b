import type { projectApi } from '../../shared/contracts/project/http.ts'
import type { Actor, Handlers } from '../../shared/kit/http/call.ts'
import type { ProjectRole } from '../../shared/contracts/primitives.ts'
import type { ProjectDeps } from '../deps.ts'
import type { Existing } from '../domain/project-state.ts'
import { sent } from '../input.ts'
import { demand, may } from '../policies.ts'
import { presentProject, visible } from '../present.ts'
import { permitted } from './projects.ts'

type Names = 'addMember' | 'updateMember' | 'removeMember'

export const memberHandlers = (deps: ProjectDeps): Pick<Handlers<typeof projectApi>, Names> => {
  const { projects, people } = deps
  return {
    addMember: async ({ actor, params: { id }, body: { userId, email, role, allocationPercent }, meta }) => {
      const project = await permitted(deps, actor, id, 'manageMembers', 'add members to this project')
      ownersByOwners(project, actor, role)
      const who = userId ?? await people.byEmail(actor.organizationId, email ?? '')
      if (userId !== undefined) await people.mustBelong(actor.organizationId, [userId])
      const member = { userId: who, role, allocationPercent }
      const { state, version } = await projects.handle(actor.organizationId, id, { type: 'AddMember', member, at: meta.at }, meta)
      return { body: presentProject(id, version, visible(state)), version }
    },

    updateMember: async ({ actor, params: { id, userId }, body, meta }) => {
      const project = await permitted(deps, actor, id, 'manageMembers', 'change members of this project')
      ownersByOwners(project, actor, roleOf(project, userId), body.role)
      const { state, version } = await projects.handle(actor.organizationId, id, { type: 'ChangeMember', userId, ...sent(body), at: meta.at }, meta)
      return { body: presentProject(id, version, visible(state)), version }
    },

    removeMember: async ({ actor, params: { id, userId }, meta }) => {
      const leaving = userId === actor.userId
      const project = await permitted(deps, actor, id, leaving ? 'see' : 'manageMembers', 'remove members of this project')
      if (!leaving) ownersByOwners(project, actor, roleOf(project, userId))
      await projects.handle(actor.organizationId, id, { type: 'RemoveMember', userId, at: meta.at }, meta)
      return {}
    },
  }
}

const roleOf = (project: Existing, userId: string): ProjectRole | undefined => project.members.find(m => m.userId === userId)?.role

/** Managers manage everybody but owners. */
const ownersByOwners = (project: Existing, actor: Actor, ...roles: (ProjectRole | undefined)[]): void => {
  if (roles.includes('owner')) demand(may('manageOwners', project, actor), 'make or change owners of this project')
}
