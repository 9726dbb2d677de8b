/** Who asked for a command, when, from where, and what it belongs to. Every commit of the event log carries it. */
export type CommandMeta = {
  /** The user's id, or `service:<app>` for a service acting by itself, or `anonymous`. */
  actor: string
  at: string
  correlationId: string
  causationId: string | null
  /** The same command sent twice carries the same id: the log then keeps one effect. */
  commandId: string
  /** From If-Match: the version that the caller saw. */
  expectedVersion?: number
  /** The network the call came from, not the machine: the log is for ever. */
  ip?: string
}

/** The same command without the version that the caller saw: for another thing than the one that he saw. */
export const withoutVersion = ({ expectedVersion: _, ...rest }: CommandMeta): CommandMeta => rest

/** The command of a follow-up: it belongs to the same request, and `step` makes its id its own. No expected version. */
export const following = (meta: CommandMeta, step: string): CommandMeta => ({ ...withoutVersion(meta), commandId: `${meta.commandId}:${step}` })

/**
 * A command that follows from a commit, in the name of who made it, at the ISO time `at`.
 * It comes again after a crash, so `commandId` is derived from the commit.
 */
export const reactionTo = ({ id, actor, correlationId }: { id: string; actor: string; correlationId: string }, commandId: string, at: string): CommandMeta =>
  ({ actor, at, correlationId, causationId: id, commandId })

/** The command that a saga has ordered, at the ISO time `at`: a repeated order carries the same command id, so it has one effect. */
export const orderOf = ({ sagaId, outputId }: { sagaId: string; outputId: string }, actor: string, at: string): CommandMeta =>
  ({ actor, at, correlationId: sagaId, causationId: sagaId, commandId: `${sagaId}.${outputId}` })

/** A command that a service gives itself, at the ISO time `at`; nothing caused it. `actor` is `service:<app>`. */
export const byItself = (actor: string, commandId: string, at: string): CommandMeta => ({ actor, at, correlationId: commandId, causationId: null, commandId })
