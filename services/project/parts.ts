import type { taskApi } from '../shared/contracts/task/http.ts'
import type { userInternal } from '../shared/contracts/user/internal.ts'
import type { Aggregate } from '../shared/kit/events/log/aggregate.ts'
import type { Client } from '../shared/kit/http/client.ts'
import type { Project, ProjectCommand, ProjectEvent } from './domain/project-state.ts'
import type { Template, TemplateCommand, TemplateEvent } from './domain/template.ts'
import type { TimeEntry, TimeEntryCommand, TimeEntryEvent } from './domain/time-entry.ts'
import type { Timer, TimerCommand, TimerEvent } from './domain/timer.ts'

/** What the service remembers. */
export type Aggregates = {
  projects: Aggregate<Project, ProjectCommand, ProjectEvent>
  templates: Aggregate<Template, TemplateCommand, TemplateEvent>
  entries: Aggregate<TimeEntry, TimeEntryCommand, TimeEntryEvent>
  timers: Aggregate<Timer, TimerCommand, TimerEvent>
}
/** What the service asks of others. */
export type Peers = { user: Pick<Client<typeof userInternal>, 'names' | 'byEmail'>; task: Pick<Client<typeof taskApi>, 'getTask' | 'listTasks'> }
