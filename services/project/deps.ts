import type { Clock } from '../shared/kit/clock.ts'
import type { Keys } from './keys.ts'
import type { Aggregates, Peers } from './parts.ts'
import type { People } from './people.ts'
import type { ProjectViews } from './views/projects.ts'
import type { TemplateViews } from './views/templates.ts'
import type { TimeViews } from './views/time-entries.ts'

/** What the routes work with. */
export type ProjectDeps = Aggregates & {
  keys: Keys
  people: People
  peers: Peers
  views: { projects: ProjectViews; templates: TemplateViews; time: TimeViews }
  clock: Clock
}
