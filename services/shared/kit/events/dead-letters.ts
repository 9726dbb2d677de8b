import type { DeadLetter, DeadLetterState } from './store.ts'

/** The events that a consumer could not handle, for an operator. */
export type DeadLetters = {
  list(filter: { state?: DeadLetterState; organizationId?: string; cursor?: string; limit?: number }): Promise<{ items: DeadLetter[]; nextCursor: string | null }>
  get(id: string): Promise<DeadLetter>
  /** Handles it again, and those parked behind it. Throws what the handler throws. */
  replay(id: string): Promise<{ replayed: number }>
  /** Gives it up, and lets those behind it go on. */
  skip(id: string): Promise<{ replayed: number }>
}
