import {
  MemberAdded, MemberRemoved, ProjectCreated, ProjectDeleted, projectEvents, ProjectRestored, ProjectUpdated,
} from '../shared/contracts/project/events.ts'
import { consumer, type Consumer, type ConsumerOptions } from '../shared/kit/events/consumer/consumer.ts'
import { on } from '../shared/kit/events/consumer/handler.ts'
import type { TaskDeps } from './compose.ts'
import type { OverdueJobs } from './overdue.ts'

type Changes = Readonly<Record<string, { before?: unknown; after?: unknown }>>
type About = { organizationId: string; version: number; data: { projectId: string } }

/** Keeps the copies of projects current: members, workflow, status, deletion; and says what became due in one that is open again. */
export const projectConsumer = (
  { projects }: Pick<TaskDeps, 'projects'>, overdue: Pick<OverdueJobs, 'reopened'>, given: Pick<ConsumerOptions, 'db' | 'dapr' | 'clock' | 'logger'>,
): Consumer => {
  const follow = ({ organizationId, version, data }: About): Promise<void> => projects.follow(organizationId, data.projectId, version)
  const update = async (about: About & { data: { changes: Changes } }): Promise<void> => {
    await follow(about)
    if (about.data.changes['status']?.before === 'archived') await overdue.reopened(about.organizationId, about.data.projectId)
  }
  return consumer({
    name: 'task', topics: [projectEvents], ...given,
    handlers: [
      on(ProjectCreated, follow), on(ProjectUpdated, update), on(ProjectDeleted, follow), on(ProjectRestored, follow),
      on(MemberAdded, follow), on(MemberRemoved, follow),
    ],
  })
}
