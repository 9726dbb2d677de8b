import { randomBytes } from 'node:crypto'
import { Ticket } from '../../shared/contracts/user/http.ts'
import type { DaprState } from '../../shared/kit/dapr/dapr.ts'

export const ticketSeconds = 30
const keyOf = (ticket: string): string => `ws-ticket.${ticket}`

/** Tickets for sockets: each opens one, soon. They lie in this service's own part of the state store, which no other service reads. */
export const tickets = (state: Pick<DaprState, 'get' | 'set'>) => ({
  issue: async (whose: Ticket): Promise<string> => {
    const ticket = randomBytes(24).toString('base64url')
    await state.set(keyOf(ticket), whose, { ttlSeconds: ticketSeconds })
    return ticket
  },
  /** Of two that present the same one only the first gets it. */
  redeem: async (ticket: string): Promise<Ticket | undefined> => {
    if (!/^[\w-]{16,100}$/.test(ticket)) return undefined
    const kept = await state.get(keyOf(ticket))
    const whose = Ticket.safeParse(kept?.value).data
    // Marked, not deleted: where another has deleted it, Redis and Cosmos DB take a deletion by etag for done (Dapr 1.18).
    return kept && whose && await state.set(keyOf(ticket), 'used', { etag: kept.etag, ttlSeconds: ticketSeconds }) ? whose : undefined
  },
})
export type Tickets = ReturnType<typeof tickets>
