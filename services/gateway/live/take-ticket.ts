import type { Ticket } from '../../shared/contracts/user/http.ts'
import { userInternal } from '../../shared/contracts/user/internal.ts'
import type { Dapr } from '../../shared/kit/dapr/dapr.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { client } from '../../shared/kit/http/client.ts'

/** Asks the user service whose a ticket is; it says so once. */
export const ticketTaker = (dapr: Pick<Dapr, 'invoke'>): ((ticket: string) => Promise<Ticket | undefined>) => {
  const user = client(userInternal, 'user', dapr)
  return async ticket => {
    if (!/^[\w-]{16,100}$/.test(ticket)) return undefined
    return user.redeemTicket({ body: { ticket } }).catch((error: unknown) => {
      if (error instanceof Refused && error.kind === 'missing') return undefined
      throw error
    })
  }
}
