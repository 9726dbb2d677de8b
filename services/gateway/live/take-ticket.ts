import { Ticket, ticketKey } from '../../shared/contracts/user/http.ts'
import type { DaprState } from '../../shared/kit/dapr/dapr.ts'

/** Takes a ticket out of the state store; of two that present the same one only the first gets it. */
export const ticketTaker = (state: Pick<DaprState, 'get' | 'delete'>) => async (ticket: string): Promise<Ticket | undefined> => {
  if (!/^[\w-]{16,100}$/.test(ticket)) return undefined
  const kept = await state.get(ticketKey(ticket))
  if (!kept || !(await state.delete(ticketKey(ticket), { etag: kept.etag }))) return undefined
  return Ticket.safeParse(kept.value).data
}
