import type { Engine as EngineName, Proposal } from '../../shared/contracts/ai/http.ts'
import type { Person } from '../local/people.ts'

/** A sentence, who said it where and when, and the people it may speak of. */
export type Ask = { organizationId: string; userId: string; text: string; at: string; timezone: string; projectId: string | null; people: readonly Person[] }
export type Reading = { engine: EngineName; note: string | null; proposal: Proposal }
export type Reader = (ask: Ask) => Promise<Reading>
