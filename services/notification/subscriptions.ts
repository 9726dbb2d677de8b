import { AIAnalysisCompleted, AnomalyDetected, RecommendationGenerated } from '../shared/contracts/ai/events.ts'
import { MemberAdded, MemberRemoved, ProjectCreated, ProjectDeleted, ProjectRestored, ProjectUpdated } from '../shared/contracts/project/events.ts'
import {
  CommentAdded, TaskCompleted, TaskCreated, TaskDeleted, TaskOverdue, TaskRestored, TaskStatusChanged, TaskUpdated,
} from '../shared/contracts/task/events.ts'
import { SessionEnded, UserCreated, UserDeleted, UserLoggedIn, UserUpdated } from '../shared/contracts/user/events.ts'
import { on, type Handler } from '../shared/kit/events/consumer/handler.ts'
import type { HeardEvent } from './inbox/events.ts'

/** Every event of the platform goes the same way: who is to be told is decided by `notificationsFor`. */
export const subscriptions = (tell: (event: HeardEvent) => Promise<void>): readonly Handler[] => [
  on(TaskCreated, tell), on(TaskUpdated, tell), on(TaskStatusChanged, tell), on(TaskCompleted, tell),
  on(TaskDeleted, tell), on(TaskRestored, tell), on(TaskOverdue, tell), on(CommentAdded, tell),
  on(ProjectCreated, tell), on(ProjectUpdated, tell), on(ProjectDeleted, tell), on(ProjectRestored, tell), on(MemberAdded, tell), on(MemberRemoved, tell),
  on(UserCreated, tell), on(UserUpdated, tell), on(UserDeleted, tell), on(UserLoggedIn, tell), on(SessionEnded, tell),
  on(AIAnalysisCompleted, tell), on(RecommendationGenerated, tell), on(AnomalyDetected, tell),
]
