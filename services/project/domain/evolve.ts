import type { Member } from '../../shared/contracts/project/schemas.ts'
import type { Departure, Existing, FieldChanges, Project, ProjectEvent } from './project-state.ts'

export const evolve = (project: Project, event: ProjectEvent): Project => {
  if (event.type === 'ProjectPlanned') return { phase: 'planned', sagaId: event.sagaId, plan: event.plan }
  if (event.type === 'PlanAbandoned') return project.phase === 'planned' ? gone(project.plan, event.at) : project
  if (event.type === 'ProjectCreated') {
    return {
      ...event.project, phase: event.building ? 'building' : 'live', members: [], departures: {}, deletion: null,
      createdAt: event.at, updatedAt: event.at,
    }
  }
  if (project.phase === 'absent' || project.phase === 'planned') return project
  return { ...changedBy(project, event), updatedAt: event.at }
}

type Later = Exclude<ProjectEvent, { type: 'ProjectPlanned' | 'PlanAbandoned' | 'ProjectCreated' }>
const changedBy = (project: Existing, event: Later): Existing => {
  switch (event.type) {
    case 'ProjectBuilt': return { ...project, phase: 'live' }
    case 'ProjectUpdated': return { ...project, ...after(event.changes) }
    case 'MemberAdded':
    case 'MemberChanged': {
      const { userId, role, allocationPercent } = event
      return { ...project, members: put(project.members, { userId, role, allocationPercent }) }
    }
    case 'MemberRemoved': return { ...project, members: without(project.members, event.userId) }
    case 'MemberDeparted': return departed(project, event.sagaId, event.departure)
    case 'MemberReturned': return returned(project, event.sagaId, event.departure)
    case 'ProjectDeleted': return { ...project, phase: 'deleted', deletion: { sagaId: event.sagaId, at: event.at } }
    case 'ProjectRestored': return { ...project, phase: 'live', deletion: null }
    case 'ProjectPurged': return { ...project, phase: 'purged' }
  }
}

const after = (changes: FieldChanges): Partial<Existing> => Object.fromEntries(Object.entries(changes).map(([field, change]) => [field, change.after]))
const without = (members: Member[], userId: string): Member[] => members.filter(m => m.userId !== userId)
const put = (members: Member[], member: Member): Member[] =>
  members.some(m => m.userId === member.userId) ? members.map(m => (m.userId === member.userId ? member : m)) : [...members, member]

const departed = (project: Existing, sagaId: string, departure: Departure): Existing => {
  const { heir } = departure
  const left = without(project.members, departure.userId)
  return {
    ...project, departures: { ...project.departures, [sagaId]: departure },
    members: heir ? put(left, { userId: heir.userId, role: 'owner', allocationPercent: heir.before?.allocationPercent ?? 0 }) : left,
  }
}
const returned = (project: Existing, sagaId: string, departure: Departure): Existing => {
  const { [sagaId]: _, ...departures } = project.departures
  const { userId, role, allocationPercent, heir } = departure
  const back = put(project.members, { userId, role, allocationPercent })
  if (!heir) return { ...project, departures, members: back }
  return { ...project, departures, members: heir.before ? put(back, heir.before) : without(back, heir.userId) }
}

const gone = (plan: Omit<Existing, 'phase' | 'departures' | 'deletion' | 'createdAt' | 'updatedAt'>, at: string): Existing =>
  ({ ...plan, members: [], phase: 'purged', departures: {}, deletion: null, createdAt: at, updatedAt: at })
