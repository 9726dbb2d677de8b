import type { ProjectRole } from '../../shared/contracts/primitives.ts'

export type WaitingTask = { taskId: string; projectId: string; title: string; assigneeId: string | null; reporterId: string | null }
export type MemberFact = { userId: string; role: ProjectRole }
/** What was known before an event: who follows its task, which tasks wait for it, who belongs to its project; only as far as the event asks for it. */
export type Facts = {
  watchers: readonly string[]
  waiting: readonly WaitingTask[]
  /** Tasks wait for the one of the event, be they deleted themselves, and have not been freed yet. */
  holdsUp: boolean
  members: readonly MemberFact[]
  projectName: string | undefined
}
export const noFacts: Facts = { watchers: [], waiting: [], holdsUp: false, members: [], projectName: undefined }
