import type { mongo } from 'mongoose'
import { z } from 'zod'
import type { Clock } from '../clock.ts'

// Of the members of a replica set only the primary: another one's clock may be wrong.
const Said = z.looseObject({ localTime: z.date(), isWritablePrimary: z.literal(true) })

/**
 * The time by the clock of the document store, which the processes of a service share: for deadlines that a process must not miss
 * or hurry because its own clock is wrong. It is heard at once and with every heartbeat of the primary (2 s); in between
 * the monotonic clock goes on. `clock` tells the time where the store does not say it.
 */
export const storeClock = async (client: mongo.MongoClient, clock: Clock): Promise<Clock> => {
  let said: { time: number; at: number } | undefined
  const hear = (reply: unknown): void => {
    const { data } = Said.safeParse(reply)
    if (data) said = { time: data.localTime.getTime(), at: clock.monotonic() }
  }
  client.on('serverHeartbeatSucceeded', ({ reply }) => { hear(reply) })
  hear(await client.db('admin').command({ hello: 1 }))
  const epochMs = (): number => (said ? Math.trunc(said.time + clock.monotonic() - said.at) : clock.epochMs())
  return { monotonic: () => clock.monotonic(), epochMs, now: () => new Date(epochMs()).toISOString() }
}
