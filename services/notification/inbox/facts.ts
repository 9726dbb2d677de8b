import type { ProjectRole } from '../../shared/contracts/primitives.ts'

export type WaitingTask = { taskId: string; projectId: string; title: string; assigneeId: string | null; reporterId: string | null }
export type MemberFact = { userId: string; role: ProjectRole }
/** What was known before an event: who follows its task, which tasks wait for it, who belongs to its project. */
export type Facts = {
  watchers: readonly string[]
  waiting: readonly WaitingTask[]
  members: readonly MemberFact[]
  projectName: string | undefined
}
export const noFacts: Facts = { watchers: [], waiting: [], members: [], projectName: undefined }
