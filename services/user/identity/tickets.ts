import { randomBytes } from 'node:crypto'
import { Ticket } from '../../shared/contracts/user/http.ts'
import type { DaprState } from '../../shared/kit/dapr/dapr.ts'

export const ticketSeconds = 30
const keyOf = (ticket: string): string => `ws-ticket.${ticket}`

/** Tickets for sockets: each opens one, soon. They lie in this service's own part of the state store, which no other service reads. */
export const tickets = (state: Pick<DaprState, 'get' | 'set' | 'delete'>) => ({
  issue: async (whose: Ticket): Promise<string> => {
    const ticket = randomBytes(24).toString('base64url')
    await state.set(keyOf(ticket), whose, { ttlSeconds: ticketSeconds })
    return ticket
  },
  /** Of two that present the same one only the first gets it. */
  redeem: async (ticket: string): Promise<Ticket | undefined> => {
    if (!/^[\w-]{16,100}$/.test(ticket)) return undefined
    const kept = await state.get(keyOf(ticket))
    if (!kept || !(await state.delete(keyOf(ticket), { etag: kept.etag }))) return undefined
    return Ticket.safeParse(kept.value).data
  },
})
export type Tickets = ReturnType<typeof tickets>
