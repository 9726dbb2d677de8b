import { setTimeout as sleep } from 'node:timers/promises'
import { ServerFrame } from '../../../services/shared/contracts/gateway/live.ts'
import { userApi } from '../../../services/shared/contracts/user/http.ts'
import type { Gap, Shown } from '../check/frames.ts'
import type { Door } from './door.ts'
import type { Person } from './people.ts'

export type Watcher = {
  /** What he was shown, in this order; repeats included. */
  shown: Shown[]
  gaps: Gap[]
  /** Nothing that happened from this time on (ISO 8601) may be missed. */
  since: string
  /** What it was told instead, and when. */
  errors: string[]
  /** When it was shown something last. */
  lastAt(): number
  close(): void
}

const AGAIN_MS = 300

/** Somebody who watches a project, and comes back with the last number whenever the line breaks. */
export const watch = async (door: Door, url: string, person: Pick<Person, 'token'>, topics: readonly string[], againMs = AGAIN_MS): Promise<Watcher> => {
  const shown: Shown[] = []
  const gaps: Gap[] = []
  const errors: string[] = []
  let [last, lastAt, heardAt, closed] = [undefined as number | undefined, 0, performance.now(), false]
  let socket: WebSocket | undefined
  const hear = (seq: number): void => { last = Math.max(last ?? 0, seq); heardAt = performance.now() }
  const connect = async (): Promise<void> => {
    const ticket = await door.ask('wsTicket', userApi.wsTicket, { token: person.token() })
    // The number at which the subscription began. What was missed comes behind it, and a pong behind that: only then is there nothing left before it.
    let begun: number | undefined
    socket = new WebSocket(`${url.replace('http', 'ws')}/ws?ticket=${encodeURIComponent(ticket?.ticket ?? '')}`)
    socket.addEventListener('open', () => {
      socket?.send(JSON.stringify({ type: 'subscribe', topics, ...(last !== undefined && { after: last }) }))
      socket?.send(JSON.stringify({ type: 'ping' }))
    })
    socket.addEventListener('message', ({ data }) => {
      const frame = ServerFrame.parse(JSON.parse(String(data)))
      switch (frame.type) {
        case 'event':
          shown.push({ id: frame.id, subject: frame.subject, version: frame.version })
          lastAt = performance.now()
          hear(frame.seq)
          break
        case 'subscribed': begun = frame.seq; break
        case 'pong': if (begun !== undefined) hear(begun); break
        case 'gap': last = begun = frame.seq; gaps.push({ after: shown.length, silentMs: performance.now() - heardAt }); break
        case 'error': errors.push(`${frame.code} at ${Math.round(performance.now() / 1000)} s`); break
        case 'resumed': begun = frame.seq; break
      }
    })
    socket.addEventListener('close', () => { if (!closed) void again() })
    socket.addEventListener('error', () => {})
  }
  const again = async (): Promise<void> => {
    await sleep(againMs)
    await connect().catch(() => { if (!closed) void again() })
  }
  await connect()
  for (let i = 0; last === undefined && i < 600; i++) await sleep(100)
  return { shown, gaps, since: new Date().toISOString(), errors, lastAt: () => lastAt, close: () => { closed = true; socket?.close() } }
}
