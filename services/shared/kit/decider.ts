/** A pure aggregate: `decide` says which events a command leads to or throws `Refused`, `evolve` folds an event into the state (Chassaing's decider). */
export type Decider<S, C, E> = { initial: S; decide: (state: S, command: C) => E[]; evolve: (state: S, event: E) => S }

/** Why a command is refused; `kit/http/problem.ts` maps each kind to one HTTP status. */
export const refusedKinds = ['invalid', 'unauthenticated', 'forbidden', 'missing', 'rule', 'stale', 'mismatch', 'throttled', 'unavailable'] as const
export type RefusedKind = (typeof refusedKinds)[number]

/**
 * An expected refusal. `code` is stable and public (`task-blocked`), `detail` is public data that helps the caller (ids, allowed values), never personal data.
 * `message` is a sentence for people.
 */
export class Refused extends Error {
  readonly kind: RefusedKind
  readonly code: string
  readonly detail: Readonly<Record<string, unknown>>
  constructor(kind: RefusedKind, code: string, message: string = code, detail: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = 'Refused'
    this.kind = kind
    this.code = code
    this.detail = detail
  }
}

/** The refusal of who saw another version than there is: `version` is the one now. */
export const stale = (version: number): Refused => new Refused('stale', 'stale', 'It was changed in the meantime. Load it again.', { version })
