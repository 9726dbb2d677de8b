import type { ProjectStatus } from '../../shared/contracts/project/events.ts'
import type { Member } from '../../shared/contracts/project/schemas.ts'
import type { ProjectRole } from '../../shared/contracts/primitives.ts'
import type { Workflow } from '../../shared/contracts/workflow.ts'

/** The fields a person can change one by one; events carry each with its value before and after. */
export type Editable = {
  name: string; key: string; description: string; status: ProjectStatus
  startAt: string | null; dueAt: string | null; workflow: Workflow
}
export type FieldChanges = { [K in keyof Editable]?: { before: Editable[K]; after: Editable[K] } }
export type NewProject = Editable & { members: Member[] }

/** What a closing account gave up, so that it can be undone: its membership, and who became owner in its place (with what the heir was before). */
export type Departure = { userId: string; role: ProjectRole; allocationPercent: number; heir: { userId: string; before: Member | null } | null }

/**
 * `planned`: asked for from a template, nothing of it exists yet. `building`: exists for other services, not yet for people.
 * `deleted`: out of sight, restorable. `purged`: gone for good, only the log remembers.
 */
export type Project =
  | { phase: 'absent' }
  | { phase: 'planned'; sagaId: string; plan: NewProject }
  | Existing
export type Existing = Editable & {
  phase: 'building' | 'live' | 'deleted' | 'purged'
  members: Member[]
  departures: Readonly<Record<string, Departure>>
  deletion: { sagaId: string; at: string } | null
  createdAt: string
  updatedAt: string
}

export type ProjectEvent =
  | { type: 'ProjectPlanned'; sagaId: string; templateId: string; plan: NewProject; at: string }
  | { type: 'PlanAbandoned'; sagaId: string; reason: string; at: string }
  | { type: 'ProjectCreated'; project: Editable; ownerId: string; building: boolean; at: string }
  | { type: 'ProjectBuilt'; sagaId: string; at: string }
  | { type: 'ProjectUpdated'; changes: FieldChanges; at: string }
  | { type: 'MemberAdded'; userId: string; role: ProjectRole; allocationPercent: number; at: string }
  | { type: 'MemberChanged'; userId: string; role: ProjectRole; allocationPercent: number; at: string }
  | { type: 'MemberRemoved'; userId: string; at: string }
  | { type: 'MemberDeparted'; sagaId: string; departure: Departure; at: string }
  | { type: 'MemberReturned'; sagaId: string; departure: Departure; at: string }
  | { type: 'ProjectDeleted'; sagaId: string; at: string }
  | { type: 'ProjectRestored'; sagaId: string; at: string }
  | { type: 'ProjectPurged'; sagaId: string; at: string }

type At = { at: string }
export type ProjectCommand =
  | ({ type: 'CreateProject'; project: NewProject } & At)
  | ({ type: 'PlanProject'; sagaId: string; templateId: string; plan: NewProject } & At)
  | ({ type: 'BuildProject'; sagaId: string } & At)
  | ({ type: 'FinishBuilding'; sagaId: string } & At)
  | ({ type: 'AbandonProject'; sagaId: string; reason: string } & At)
  | ({ type: 'UpdateProject'; fields: Partial<Pick<Editable, 'name' | 'key' | 'description' | 'startAt' | 'dueAt'>> } & At)
  | ({ type: 'ChangeStatus'; status: ProjectStatus } & At)
  | ({ type: 'SetWorkflow'; workflow: Workflow } & At)
  | ({ type: 'AddMember'; member: Member } & At)
  | ({ type: 'ChangeMember'; userId: string; role?: ProjectRole; allocationPercent?: number } & At)
  | ({ type: 'RemoveMember'; userId: string } & At)
  | ({ type: 'Leave'; userId: string; sagaId: string; handOverTo: string | null } & At)
  | ({ type: 'Rejoin'; userId: string; sagaId: string } & At)
  | ({ type: 'DeleteProject'; sagaId: string } & At)
  | ({ type: 'RestoreProject' } & At)
  | ({ type: 'PurgeProject'; sagaId: string } & At)

export const initial: Project = { phase: 'absent' }
