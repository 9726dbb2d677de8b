import { reactionTo, type CommandMeta } from '../shared/kit/command.ts'
import type { DomainCommit, EventLog } from '../shared/kit/events/log/event-log.ts'
import { derivedId } from '../shared/kit/ids.ts'
import type { SagaHost } from '../shared/kit/sagas/host.ts'
import type { ProjectDeps } from './deps.ts'
import { seedTasks } from './domain/seed-tasks.ts'
import { timeOf } from './domain/timer.ts'
import type { StoredEvent } from './publish.ts'
import type { DeleteProjectOwn } from './sagas/delete-project.ts'
import type { FromTemplateStart } from './sagas/project-from-template.ts'
import { templateTasks } from './templates/find.ts'

type Commit = DomainCommit<StoredEvent>

/** What follows from a commit, at least once and also after a crash: sagas start, keys come free, a stopped timer becomes time. */
export const registerReactions = (log: EventLog<StoredEvent>, deps: ProjectDeps, sagas: Pick<SagaHost, 'start' | 'signal'>, restorableFor: string): void => {
  const { keys, entries } = deps
  const metaOf = (commit: Commit): CommandMeta => reactionTo(commit, `${commit.id}.reaction`, commit.at)

  const startFromTemplate = async (commit: Commit, { sagaId, templateId, plan, at }: Extract<StoredEvent, { type: 'ProjectPlanned' }>): Promise<void> => {
    const tasks = seedTasks(await templateTasks(deps, commit.tenantId, templateId), plan.startAt ?? at, key => derivedId(sagaId, key))
    const start: FromTemplateStart = { type: 'Start', organizationId: commit.tenantId, projectId: commit.aggregateId, sagaId, actor: commit.actor, tasks }
    await sagas.start(sagaId, commit.tenantId, start)
  }
  const startDeletion = async (commit: Commit, sagaId: string): Promise<void> => {
    const start: DeleteProjectOwn = { type: 'Start', organizationId: commit.tenantId, projectId: commit.aggregateId, sagaId, grace: restorableFor }
    await sagas.start(sagaId, commit.tenantId, start)
  }

  log.react('sagas', async commit => {
    const purged = commit.events.some(e => e.type === 'ProjectPurged')
    for (const event of commit.events) {
      if (event.type === 'ProjectPlanned') await startFromTemplate(commit, event)
      if (event.type === 'ProjectDeleted' && !purged) await startDeletion(commit, event.sagaId)
      if (event.type === 'ProjectRestored') await sagas.signal(event.sagaId, { type: 'Restored' } satisfies DeleteProjectOwn, commit.id)
    }
  })

  log.react('keys', async commit => {
    const { tenantId, aggregateId } = commit
    for (const event of commit.events) {
      if (event.type === 'ProjectUpdated' && event.changes.key) await keys.release(tenantId, event.changes.key.before, aggregateId, metaOf(commit))
      if (event.type !== 'ProjectPurged' && event.type !== 'PlanAbandoned') continue
      const { state } = await deps.projects.load(tenantId, aggregateId)
      if (state.phase === 'purged') await keys.release(tenantId, state.key, aggregateId, metaOf(commit))
    }
  })

  log.react('time', async commit => {
    for (const event of commit.events) {
      if (event.type !== 'TimerStopped') continue
      const { type: _, at: stoppedAt, ...stopped } = event
      await entries.handle(commit.tenantId, event.entryId, timeOf(commit.aggregateId, { ...stopped, stoppedAt }), metaOf(commit))
    }
  })
}
