import { reactionTo } from '../shared/kit/command.ts'
import { Refused } from '../shared/kit/decider.ts'
import type { TaskChanges } from './commands/change-task.ts'
import type { TaskDeps } from './compose.ts'
import { touchedBy, type GraphEvent } from './domain/graph.ts'
import { repeatCompleted } from './repeat-completed.ts'
import type { OverdueJobs } from './overdue.ts'
import type { StoredEvent } from './publish.ts'

const ofGraph = (event: StoredEvent): event is GraphEvent =>
  event.type === 'DependenciesAdded' || event.type === 'DependenciesRemoved' || event.type === 'TaskMoved'

/** What follows from a commit inside the service. Each finishes what a request began, if its process died in between, and finds it done otherwise. */
export const reactions = (deps: TaskDeps, { links, parents }: TaskChanges, overdue: OverdueJobs): void => {
  const { log, clock } = deps
  log.react('watch due dates', commit => overdue.follow(commit))
  log.react('tell tasks of their links', async commit => {
    const ids = touchedBy(commit.events.filter(ofGraph))
    if (ids.length > 0) await links.retell(commit.tenantId, commit.aggregateId, ids, commit.version, reactionTo(commit, `${commit.id}:links`, clock.now()))
  })
  log.react('finish moves', async commit => {
    for (const event of commit.events) {
      if (event.type !== 'TaskMoved') continue
      const meta = reactionTo(commit, `${commit.id}:moved:${event.taskId}`, clock.now())
      await parents.finish(commit.tenantId, commit.aggregateId, event, meta)
    }
  })
  log.react('link new tasks', async commit => {
    for (const event of commit.events) {
      if (event.type !== 'TaskCreated' || event.blockedBy.length === 0) continue
      const edges = event.blockedBy.map(blockerId => ({ taskId: commit.aggregateId, blockerId }))
      const meta = reactionTo(commit, `${commit.aggregateId}:blockers`, clock.now())
      await links.addFirst(commit.tenantId, event.about.projectId, edges, meta).catch((error: unknown) => {
        // Others may have linked so much in between that the graph refuses these; trying again would not help.
        if (!(error instanceof Refused) || error.kind !== 'rule') throw error
      })
    }
  })
  log.react('recur', repeatCompleted(deps))
}
