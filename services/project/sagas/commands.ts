import type { notificationInternal } from '../../shared/contracts/notification/internal.ts'
import type { taskInternal } from '../../shared/contracts/task/internal.ts'
import type { CommandContext } from '../../shared/kit/sagas/saga-types.ts'

/** What the sagas of this service ask of others. */
export type SagaApis = { task: typeof taskInternal; notification: typeof notificationInternal }

type About = { projectId: string }
type ByActor = About & { actor: string }
/** What they do in this service itself; each can be repeated without a second effect. */
export type SagaCommands = {
  build: (input: ByActor, context: CommandContext) => Promise<{ done: true }>
  finishBuilding: (input: ByActor, context: CommandContext) => Promise<{ done: true }>
  abandon: (input: About & { reason: string }, context: CommandContext) => Promise<{ done: true }>
  purge: (input: About, context: CommandContext) => Promise<{ done: true }>
  revive: (input: About, context: CommandContext) => Promise<{ done: true }>
}
