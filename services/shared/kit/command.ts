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
