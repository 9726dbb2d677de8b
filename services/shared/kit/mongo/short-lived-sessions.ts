import type { Connection } from 'mongoose'
import { z } from 'zod'
import { shortLivedSet } from '../short-lived.ts'

type State = { activeSessions: Iterable<unknown>; activeCursors: Iterable<unknown> }
const Client = z.custom<{ s: State }>(given => {
  const { activeSessions, activeCursors } = Object(Object(given).s)
  return activeSessions instanceof Set && activeCursors instanceof Set
}, 'this driver keeps its sessions in another place')

/**
 * A session and a cursor go when they have been used. mongodb 7.8.0 keeps those in use in two Sets, of all operations: through one of them every
 * document that was read is kept until the next full collection (`short-lived.ts`): six kilobytes for each findOne where many are under way, and 0.4 without.
 */
export const letSessionsGo = (connection: Connection): void => {
  const { s } = Client.parse(connection.getClient())
  for (const name of ['activeSessions', 'activeCursors'] as const) {
    const set = shortLivedSet<unknown>()
    for (const active of s[name]) set.add(active)
    s[name] = set
  }
}
