import { z } from 'zod'
import type { Clock } from '../../shared/kit/clock.ts'
import type { DaprState } from '../../shared/kit/dapr/dapr.ts'
import { Refused } from '../../shared/kit/decider.ts'

const perDay = 5
const daySeconds = 86_400
const youngMs = 3 * daySeconds * 1000
const Sent = z.array(z.object({ id: z.string(), at: z.string() }))
type Sent = z.infer<typeof Sent>

const tooMany = (waitMs: number): Refused =>
  new Refused('throttled', 'too-many-invitations', 'This address has had as many invitations as may go to one in a day.', {
    retryAfter: Math.ceil(waitMs / 1000),
  })

/** To which mailbox, and since when there is the organization that invites its owner. */
type To = { mailboxHash: string; foundedAt: string }

/**
 * An organization's own limits stop nobody who founds a new one for each mail: so many invitations go to one mailbox in a day, whoever sends them.
 * Organizations of the last three days have their own budget, or whoever founds a few could keep all others from inviting somebody.
 */
export const invitationLimit = (state: Pick<DaprState, 'get' | 'set'>, clock: Clock) => {
  const change = async ({ mailboxHash, foundedAt }: To, make: (lastDay: Sent) => Sent): Promise<void> => {
    const isYoung = clock.epochMs() - Date.parse(foundedAt) < youngMs
    const key = `invitations-to.${isYoung ? 'young.' : ''}${mailboxHash}`
    for (;;) {
      const entry = await state.get(key)
      const dayBefore = new Date(clock.epochMs() - daySeconds * 1000).toISOString()
      const lastDay = (Sent.safeParse(entry?.value).data ?? []).filter(one => one.at > dayBefore)
      if (await state.set(key, make(lastDay), { ttlSeconds: daySeconds, ...(entry === undefined ? { firstWrite: true } : { etag: entry.etag }) })) return
    }
  }
  return {
    /** Counts an invitation before it is made, once however often it is repeated; refuses the one that is too many. */
    count: (to: To, id: string): Promise<void> => change(to, lastDay => {
      if (lastDay.some(one => one.id === id)) return lastDay
      const oldest = lastDay.at(-perDay)
      if (oldest) throw tooMany(Date.parse(oldest.at) + daySeconds * 1000 - clock.epochMs())
      return [...lastDay, { id, at: clock.now() }]
    }),
    /** It was not made after all. */
    forget: (to: To, id: string): Promise<void> => change(to, lastDay => lastDay.filter(one => one.id !== id)),
  }
}
