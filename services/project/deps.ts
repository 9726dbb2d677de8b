import type { taskApi } from '../shared/contracts/task/http.ts'
import type { userInternal } from '../shared/contracts/user/internal.ts'
import type { Clock } from '../shared/kit/clock.ts'
import type { Aggregate } from '../shared/kit/events/log/aggregate.ts'
import type { Client } from '../shared/kit/http/client.ts'
import type { Project, ProjectCommand, ProjectEvent } from './domain/project-state.ts'
import type { Template, TemplateCommand, TemplateEvent } from './domain/template.ts'
import type { TimeEntry, TimeEntryCommand, TimeEntryEvent } from './domain/time-entry.ts'
import type { Timer, TimerCommand, TimerEvent } from './domain/timer.ts'
import type { Keys } from './keys.ts'
import type { People } from './people.ts'
import type { ProjectViews } from './views/projects.ts'
import type { TemplateViews } from './views/templates.ts'
import type { TimeViews } from './views/time-entries.ts'

/** What the service remembers. */
export type Aggregates = {
  projects: Aggregate<Project, ProjectCommand, ProjectEvent>
  templates: Aggregate<Template, TemplateCommand, TemplateEvent>
  entries: Aggregate<TimeEntry, TimeEntryCommand, TimeEntryEvent>
  timers: Aggregate<Timer, TimerCommand, TimerEvent>
}
/** What the service asks of others. */
export type Peers = { user: Pick<Client<typeof userInternal>, 'names' | 'byEmail'>; task: Pick<Client<typeof taskApi>, 'getTask' | 'listTasks'> }

/** What the routes work with. */
export type ProjectDeps = Aggregates & {
  keys: Keys
  people: People
  peers: Peers
  views: { projects: ProjectViews; templates: TemplateViews; time: TimeViews }
  clock: Clock
}
