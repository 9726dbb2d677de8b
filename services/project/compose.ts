import { projectApi } from '../shared/contracts/project/http.ts'
import { projectInternal } from '../shared/contracts/project/internal.ts'
import { aggregate } from '../shared/kit/events/log/aggregate.ts'
import { feedRoutes } from '../shared/kit/events/relay/feed.ts'
import type { EventLog } from '../shared/kit/events/log/event-log.ts'
import type { Clock } from '../shared/kit/clock.ts'
import { serve, type Routes } from '../shared/kit/http/serve.ts'
import type { SagaHost } from '../shared/kit/sagas/host.ts'
import { sagaRoutes } from '../shared/kit/sagas/saga-routes.ts'
import type { Aggregates, Peers, ProjectDeps } from './deps.ts'
import { projectDecider } from './domain/project.ts'
import { keyDecider } from './domain/project-key.ts'
import { templateDecider } from './domain/template.ts'
import { timeEntryDecider } from './domain/time-entry.ts'
import { timerDecider } from './domain/timer.ts'
import { projectKeys } from './keys.ts'
import { people } from './people.ts'
import type { StoredEvent } from './publish.ts'
import { registerReactions } from './reactions.ts'
import { internalHandlers } from './routes/internal.ts'
import { memberHandlers } from './routes/members.ts'
import { projectHandlers } from './routes/projects.ts'
import { templateHandlers } from './routes/templates.ts'
import { timeHandlers } from './routes/time.ts'
import { sagaEffects } from './sagas/effects.ts'
import type { SagaCommands } from './sagas/commands.ts'
import { projectViews } from './views/projects.ts'
import { templateViews } from './views/templates.ts'
import { timeViews } from './views/time-entries.ts'

type Parts = {
  log: EventLog<StoredEvent>
  peers: Peers
  clock: Clock
  /** Hosts the sagas, given what they do in this service. */
  host: (commands: SagaCommands) => SagaHost
  /** How long a deleted project can be restored: an ISO 8601 duration. */
  restorableFor: string
}

/** The project service without its surroundings: `main.ts` gives it the real ones, tests give it doubles. */
export const projectService = ({ log, peers, clock, host, restorableFor }: Parts): { routes: Routes[]; sagas: SagaHost; deps: ProjectDeps } => {
  const aggregates: Aggregates = {
    projects: aggregate({ name: 'project', log, decider: projectDecider }),
    templates: aggregate({ name: 'template', log, decider: templateDecider }),
    entries: aggregate({ name: 'time-entry', log, decider: timeEntryDecider }),
    timers: aggregate({ name: 'timer', log, decider: timerDecider }),
  }
  const { projects, templates, entries } = aggregates
  const deps: ProjectDeps = {
    ...aggregates, peers, clock, people: people(peers.user),
    keys: projectKeys(aggregate({ name: 'project-key', log, decider: keyDecider }), projects),
    views: { projects: projectViews(log, projects), templates: templateViews(log, templates), time: timeViews(log, entries) },
  }
  const sagas = host(sagaEffects(deps))
  registerReactions(log, deps, sagas, restorableFor)
  return {
    deps, sagas,
    routes: [
      serve(projectApi, { ...templateHandlers(deps), ...timeHandlers(deps), ...projectHandlers(deps), ...memberHandlers(deps) }),
      serve(projectInternal, internalHandlers(deps)),
      sagaRoutes(sagas),
      feedRoutes(log),
    ],
  }
}
