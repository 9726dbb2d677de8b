import type { Server } from 'node:http'
import { feedApi } from '../../shared/contracts/feed.ts'
import { userEvents } from '../../shared/contracts/user/events.ts'
import type { Clock } from '../../shared/kit/clock.ts'
import type { Dapr } from '../../shared/kit/dapr/dapr.ts'
import { feedReader } from '../../shared/kit/events/consumer/feed-reader.ts'
import { client } from '../../shared/kit/http/client.ts'
import type { Logger } from '../../shared/kit/observe/log.ts'
import type { Metrics } from '../../shared/kit/observe/metrics.ts'
import { audience as newAudience } from './audience.ts'
import { beginning, checkpoints } from './checkpoint.ts'
import { feeds, type Feeds } from './feeds.ts'
import { hub as newHub, type Hub } from './hub.ts'
import { journal as newJournal } from './journal.ts'
import { memberships as newMemberships, type AskProjects } from './memberships.ts'
import { replayUserEvents, type PastEvents } from './replay-user-events.ts'
import type { Session } from './session.ts'
import { sockets, type Admit } from './sockets.ts'
import { longestTokenMs, tokenStatus as newTokenStatus, type TokenStatus } from './token-status.ts'
import { ticketTaker } from './take-ticket.ts'

export type LiveOptions = {
  dapr: Pick<Dapr, 'invoke' | 'state'>; clock: Clock; logger: Logger; metrics?: Metrics; server: Server
  origins: ReadonlySet<string>; admit: Admit; key: string; ask: AskProjects
}
export type Live = { hub: Hub; tokenStatus: TokenStatus; feeds: Feeds; letGo(): Promise<void>; stop(): Promise<void> }

/** Everything about sockets, from the topics to the frames, going on where the process before this one left off. */
export const live = async ({ dapr, clock, logger, metrics, server, origins, admit, key, ask }: LiveOptions): Promise<Live> => {
  const from = await beginning(dapr.state, key, logger)
  const { positions } = from
  const journal = newJournal(from.seq, from.floor)
  const memberships = newMemberships(ask)
  const tokenStatus = newTokenStatus()
  const audience = newAudience<Session>()
  const hub = newHub({ audience, journal, memberships, tokenStatus })
  const incoming = feeds({ dapr, logger, positions, hand: event => { hub.publish(event) } })
  const kept = checkpoints({ from, state: dapr.state, key, logger, look: () => ({ seq: journal.seq, positions: incoming.positions() }) })
  const open = sockets({ server, hub, tokenStatus, audience, journal, memberships, origins, admit, logger, takeTicket: ticketTaker(dapr) })
  metrics?.gauge('live_sockets', 'Open sockets', () => hub.size)
  metrics?.gauge('live_journal_entries', 'Events that a client can resume from', () => journal.size.entries)
  metrics?.gauge('live_events_waiting', 'Events that wait for one before them', () => incoming.waiting())
  const userFeed = client(feedApi(userEvents.name), userEvents.producer, dapr)
  const past: PastEvents = {
    heads: async () => (await userFeed.heads({})).heads,
    page: async (partition, after, limit) => {
      const read = feedReader(at => userFeed.feed({ query: { partition, after: at, limit } }))
      for (;;) {
        const { events, ended } = await read(after + 1)
        if (events.length > 0 || ended) return events
      }
    },
  }
  const remember = async (): Promise<void> => {
    const since = new Date(clock.epochMs() - longestTokenMs).toISOString()
    await replayUserEvents(past, since, tokenStatus.hear).catch((error: unknown) => {
      logger.debug({ error }, 'the user service could not be asked who has left')
      setTimeout(() => { void remember() }, 2_000).unref()
    })
  }
  return {
    hub, tokenStatus,
    feeds: {
      ...incoming,
      start: async () => {
        // Not before: this process serves by now.
        kept.start()
        void remember()
        await incoming.start()
      },
    },
    letGo: open.letGo,
    stop: kept.stop,
  }
}
