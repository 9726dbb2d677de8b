import type { CloudEvent } from '../../shared/contracts/feed.ts'

/** `page` may give fewer events than asked for, but none only when there are none. */
export type PastEvents = { heads(): Promise<number[]>; page(partition: number, after: number, limit: number): Promise<CloudEvent[]> }

const pageSize = 500
const mostPages = 20

/** Tells a process that has just begun what its predecessor knew of people: the user service's events since then, oldest first. */
export const replayUserEvents = async (past: PastEvents, since: string, hear: (event: CloudEvent) => void): Promise<void> => {
  await Promise.all((await past.heads()).map(async (head, partition) => {
    let known: CloudEvent[] = []
    for (let page = 1, end = head; page <= mostPages && end > 0; page++) {
      const after = Math.max(-1, end - 1 - pageSize)
      const found: CloudEvent[] = []
      for (let at = after; at < end - 1;) {
        const events = (await past.page(partition, at, pageSize)).filter(event => event.position < end)
        found.push(...events)
        at = events.at(-1)?.position ?? end
      }
      known = [...found, ...known]
      end = after + 1
      if (known[0] && known[0].time < since) break
    }
    for (const event of known) if (event.time >= since) hear(event)
  }))
}
