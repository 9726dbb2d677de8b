import type { HeardEvent } from '../../../services/notification/inbox/events.ts'
import { memberKey, type MemberRow, type ProjectRow } from '../../../services/notification/store/rows.ts'

/** What the notification service must know of projects, by what it hears of them in their order: names, and who belongs to them; of the erased nothing. */
export const dueKnown = (events: readonly HeardEvent[], gone: ReadonlySet<string>): { projects: ProjectRow[]; members: MemberRow[] } => {
  const projects = new Map<string, ProjectRow>()
  const members = new Map<string, MemberRow>()
  for (const { type, data, organizationId, version } of events) {
    if (type === 'ProjectCreated') projects.set(data.projectId, { _id: data.projectId, organizationId, name: data.name, version })
    if (type === 'MemberAdded') {
      const { projectId, userId, role } = data
      members.set(memberKey(data), { _id: memberKey(data), organizationId, projectId, userId, role, version })
    }
    if (type === 'MemberRemoved') {
      const row = members.get(memberKey(data))
      if (row) members.set(row._id, { ...row, left: true, version })
    }
  }
  return { projects: [...projects.values()], members: [...members.values()].filter(({ userId }) => !gone.has(userId)) }
}
