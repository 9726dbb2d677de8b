import { Refused } from '../../shared/kit/decider.ts'
import { orderOf, type CommandMeta } from '../../shared/kit/command.ts'
import { inParallel } from '../../shared/kit/in-parallel.ts'
import type { CommandContext } from '../../shared/kit/sagas/saga-types.ts'
import type { ProjectDeps } from '../deps.ts'
import { aside } from '../keys.ts'
import type { SagaCommands } from './commands.ts'

const done = { done: true } as const

/** What the sagas do in this service. The domain knows each repetition by itself. */
export const sagaEffects = ({ projects, entries, views, clock }: Pick<ProjectDeps, 'projects' | 'entries' | 'views' | 'clock'>): SagaCommands => {
  const metaOf = (context: CommandContext, actor = 'service:project'): CommandMeta => orderOf(context, actor, clock.now())

  return {
    build: async ({ projectId, actor }, context) => {
      const meta = metaOf(context, actor)
      const { state } = await projects.handle(context.tenantId, projectId, { type: 'BuildProject', sagaId: context.sagaId, at: meta.at }, meta)
      if (state.phase !== 'building' && state.phase !== 'live') throw new Refused('rule', 'not-planned', 'The project is not planned any more.')
      return done
    },
    finishBuilding: async ({ projectId, actor }, context) => {
      const meta = metaOf(context, actor)
      await projects.handle(context.tenantId, projectId, { type: 'FinishBuilding', sagaId: context.sagaId, at: meta.at }, meta)
      return done
    },
    abandon: async ({ projectId, reason }, context) => {
      const meta = metaOf(context)
      await projects.handle(context.tenantId, projectId, { type: 'AbandonProject', sagaId: context.sagaId, reason, at: meta.at }, meta)
      return done
    },
    purge: async ({ projectId }, context) => {
      const meta = metaOf(context)
      await projects.handle(context.tenantId, projectId, { type: 'PurgeProject', sagaId: context.sagaId, at: meta.at }, meta)
      const logged = await views.time.allOf(context.tenantId, projectId)
      await inParallel(logged, 16, row => entries.handle(context.tenantId, row._id, { type: 'RemoveTime', projectId, at: meta.at }, aside(meta)))
      return done
    },
    revive: async ({ projectId }, context) => {
      const meta = metaOf(context)
      await projects.handle(context.tenantId, projectId, { type: 'RestoreProject', at: meta.at }, meta)
      return done
    },
  }
}
