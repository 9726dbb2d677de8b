import { Refused } from '../../shared/kit/decider.ts'
import { isSoleOwner } from './members.ts'
import type { Departure, Existing, Project, ProjectEvent } from './project-state.ts'

type Leave = { userId: string; sagaId: string; handOverTo: string | null; at: string }

/** A closing account leaves; where it was the only owner, the heir becomes owner in the same commit. Deleted projects are left too: they may come back. */
export const leave = (project: Project, { userId, sagaId, handOverTo, at }: Leave): ProjectEvent[] => {
  const departure = departureOf(project, userId, handOverTo)
  return departure ? [{ type: 'MemberDeparted', sagaId, departure, at }] : []
}

/** What would be given up, or undefined when the person is not a member. Refused when nobody could take over. */
export const departureOf = (project: Project, userId: string, handOverTo: string | null): Departure | undefined => {
  const member = hasMembers(project) ? project.members.find(m => m.userId === userId) : undefined
  if (!member || !hasMembers(project)) return undefined
  const { role, allocationPercent } = member
  if (!isSoleOwner(project, member) || project.phase === 'purged') return { userId, role, allocationPercent, heir: null }
  if (handOverTo === null || handOverTo === userId) throw new Refused('rule', 'sole-project-owner', 'The project would be left without an owner.', { userId })
  return { userId, role, allocationPercent, heir: { userId: handOverTo, before: project.members.find(m => m.userId === handOverTo) ?? null } }
}

/** Undoes `leave`: the heir is again what it was before. */
export const rejoin = (project: Project, { userId, sagaId, at }: { userId: string; sagaId: string; at: string }): ProjectEvent[] => {
  const departure = hasMembers(project) ? project.departures[sagaId] : undefined
  return departure?.userId === userId ? [{ type: 'MemberReturned', sagaId, departure, at }] : []
}

const hasMembers = (project: Project): project is Existing => project.phase !== 'absent' && project.phase !== 'planned'
