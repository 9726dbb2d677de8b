import type { ProjectRole } from '../../shared/contracts/primitives.ts'
import type { Freed } from './texts.ts'

export type WaitingTask = { taskId: string; projectId: string; title: string; assigneeId: string | null; reporterId: string | null }
/** That a task waits for another, and what became of that, if it holds nothing up any more. */
export type LinkFact = { _id: string; freed?: Freed }
export type MemberFact = { userId: string; role: ProjectRole }
/** What was known before an event: who follows its task, which tasks wait for it, who belongs to its project; only as far as the event asks for it. */
export type Facts = {
  watchers: readonly string[]
  waiting: readonly WaitingTask[]
  /** Of the tasks that wait for the one of the event, be they deleted themselves. */
  links: readonly LinkFact[]
  members: readonly MemberFact[]
  projectName: string | undefined
}
export const noFacts: Facts = { watchers: [], waiting: [], links: [], members: [], projectName: undefined }
