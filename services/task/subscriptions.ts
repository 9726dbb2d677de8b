import {
  MemberAdded, MemberRemoved, ProjectCreated, ProjectDeleted, projectEvents, ProjectRestored, ProjectUpdated,
} from '../shared/contracts/project/events.ts'
import { consumer, type Consumer, type ConsumerOptions } from '../shared/kit/events/consumer/consumer.ts'
import { on } from '../shared/kit/events/consumer/handler.ts'
import type { TaskDeps } from './compose.ts'

type About = { organizationId: string; version: number; data: { projectId: string } }

/** Keeps the copies of projects current: members, workflow, status, deletion. */
export const projectConsumer = ({ projects }: Pick<TaskDeps, 'projects'>, given: Pick<ConsumerOptions, 'db' | 'dapr' | 'clock' | 'logger'>): Consumer => {
  const follow = ({ organizationId, version, data }: About): Promise<void> => projects.follow(organizationId, data.projectId, version)
  return consumer({
    name: 'task', topics: [projectEvents], ...given,
    handlers: [
      on(ProjectCreated, follow), on(ProjectUpdated, follow), on(ProjectDeleted, follow), on(ProjectRestored, follow),
      on(MemberAdded, follow), on(MemberRemoved, follow),
    ],
  })
}
