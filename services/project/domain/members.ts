import type { Member } from '../../shared/contracts/project/schemas.ts'
import type { ProjectRole } from '../../shared/contracts/primitives.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { notArchived } from './editing.ts'
import type { Existing, ProjectEvent } from './project-state.ts'

export const addMember = (project: Existing, member: Member, at: string): ProjectEvent[] => {
  notArchived(project)
  if (project.members.some(m => m.userId === member.userId))
    throw new Refused('rule', 'already-member', 'This person is a member already.', { userId: member.userId })
  return [{ type: 'MemberAdded', ...member, at }]
}

export const changeMember = (project: Existing, wanted: { userId: string; role?: ProjectRole; allocationPercent?: number }, at: string): ProjectEvent[] => {
  notArchived(project)
  const before = known(project, wanted.userId)
  const after = { ...before, role: wanted.role ?? before.role, allocationPercent: wanted.allocationPercent ?? before.allocationPercent }
  if (after.role === before.role && after.allocationPercent === before.allocationPercent) return []
  if (after.role !== 'owner') ownerRemains(project, before)
  return [{ type: 'MemberChanged', ...after, at }]
}

export const removeMember = (project: Existing, userId: string, at: string): ProjectEvent[] => {
  ownerRemains(project, known(project, userId))
  return [{ type: 'MemberRemoved', userId, at }]
}

export const isSoleOwner = (project: Pick<Existing, 'members'>, member: Member): boolean =>
  member.role === 'owner' && !project.members.some(m => m.role === 'owner' && m.userId !== member.userId)

const ownerRemains = (project: Existing, member: Member): void => {
  if (isSoleOwner(project, member))
    throw new Refused('rule', 'sole-project-owner', 'A project has at least one owner; make somebody else owner first.', { userId: member.userId })
}
const known = (project: Existing, userId: string): Member => {
  const member = project.members.find(m => m.userId === userId)
  if (!member) throw new Refused('missing', 'member-unknown', 'This person is not a member of the project.', { userId })
  return member
}
