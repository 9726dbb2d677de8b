import type { Clock } from '../shared/kit/clock.ts'
import { withoutVersion, type CommandMeta } from '../shared/kit/command.ts'
import type { DomainCommit } from '../shared/kit/events/log/event-log.ts'
import type { taskDeps } from './compose.ts'

/** What the routes and reactions work with. */
export type TaskDeps = ReturnType<typeof taskDeps>

/** The command of a follow-up: its own id, derived from what it follows, and no expected version. */
export const following = (meta: CommandMeta, step: string): CommandMeta => ({ ...withoutVersion(meta), commandId: `${meta.commandId}:${step}` })

/** The command of a reaction: the same one whenever the reaction is redone. */
export const reacting = (clock: Clock, { id, actor, correlationId }: Pick<DomainCommit, 'id' | 'actor' | 'correlationId'>, step: string): CommandMeta =>
  ({ actor, at: clock.now(), correlationId, causationId: id, commandId: `${id}:${step}` })

/** A command of the service itself. */
export const byItself = (clock: Clock, commandId: string): CommandMeta => ({ actor: 'service:task', at: clock.now(), correlationId: commandId, causationId: null, commandId })
