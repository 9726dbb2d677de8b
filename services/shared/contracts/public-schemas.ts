import { Proposal } from './ai/http.ts'
import { Dashboard } from './analytics/http.ts'
import { PlatformStatus } from './gateway/http.ts'
import { Notification } from './notification/http.ts'
import { Preferences } from './notification/preferences.ts'
import { Member as ProjectMember, Project, Template, TimeEntry, Timer } from './project/schemas.ts'
import { SagaStatus } from './sagas/http.ts'
import { Comment, HistoryEntry, Score, Task } from './task/model.ts'
import { Invitation, Member as UserMember, Organization, Profile, Session, SignedIn } from './user/resources.ts'

/** The things that the public documents call by name. */
export const publicSchemas = {
  Comment, Dashboard, HistoryEntry, Invitation, Notification, Organization, PlatformStatus, Preferences, Profile, Project, ProjectMember,
  Proposal, SagaStatus, Score, Session, SignedIn, Task, Template, TimeEntry, Timer, UserMember,
}
