import type { projectInternal } from '../../shared/contracts/project/internal.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Handlers } from '../../shared/kit/http/call.ts'
import { inParallel } from '../../shared/kit/in-parallel.ts'
import type { ProjectDeps } from '../deps.ts'
import { departureOf } from '../domain/leaving.ts'
import { aside } from '../keys.ts'
import { presentRecord } from '../present.ts'

const WIDTH = 16

export const internalHandlers = ({ projects, timers, views }: ProjectDeps): Handlers<typeof projectInternal> => {
  /** Every project is asked before the first is left, so that a refusal changes nothing. */
  const mustHaveHeirs = async (organizationId: string, ids: readonly string[], userId: string, heir: string | null): Promise<void> => {
    const orphans: string[] = []
    await inParallel(ids, WIDTH, async id => {
      const { state } = await projects.load(organizationId, id)
      try { departureOf(state, userId, heir) } catch (error) {
        if (!(error instanceof Refused)) throw error
        orphans.push(id)
      }
    })
    if (orphans.length) throw new Refused('rule', 'sole-project-owner', 'Projects would be left without an owner.', { projectIds: orphans.toSorted() })
  }

  return {
    getProject: async ({ params: { id }, query: { organizationId } }) => {
      const { state, version } = await projects.load(organizationId, id)
      return { body: presentRecord(organizationId, id, version, state), version }
    },

    memberships: async ({ params: { userId }, query: { organizationId } }) => {
      // Those that can come back, too: whoever has asked while a project was away belongs to it from its first event on.
      const rows = (await views.projects.ofMember(organizationId, userId)).filter(row => row.phase === 'live' || row.phase === 'deleted')
      const projectIds = rows.flatMap(({ project }) =>
        project.members.filter(m => m.userId === userId).map(m => ({ projectId: project.id, role: m.role })))
      return { body: { projectIds } }
    },

    leave: async ({ body: { organizationId, userId, sagaId, handOverTo = null }, meta }) => {
      const present = (await views.projects.ofMember(organizationId, userId)).map(row => row.project.id)
      const before = (await views.projects.departedIn(organizationId, sagaId)).map(row => row.project.id)
      await mustHaveHeirs(organizationId, present, userId, handOverTo)
      const left = await inParallel([...new Set([...before, ...present])].toSorted(), WIDTH, async projectId => {
        const { state } = await projects.handle(organizationId, projectId, { type: 'Leave', userId, sagaId, handOverTo, at: meta.at }, aside(meta))
        const departure = state.phase === 'absent' || state.phase === 'planned' ? undefined : state.departures[sagaId]
        return departure ? [{ projectId, role: departure.role, allocationPercent: departure.allocationPercent }] : []
      })
      await timers.handle(organizationId, userId, { type: 'DiscardTimer', at: meta.at }, aside(meta))
      return { body: { left: left.flat() } }
    },

    rejoin: async ({ body: { organizationId, userId, sagaId, left }, meta }) => {
      const back = await inParallel(left, WIDTH, ({ projectId }) =>
        projects.handle(organizationId, projectId, { type: 'Rejoin', userId, sagaId, at: meta.at }, aside(meta)))
      return { body: { rejoined: back.filter(b => b.events.length > 0).length } }
    },
  }
}
