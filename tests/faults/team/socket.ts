import { setTimeout as sleep } from 'node:timers/promises'
import { ServerFrame } from '../../../services/shared/contracts/gateway/live.ts'
import { userApi } from '../../../services/shared/contracts/user/http.ts'
import type { Door } from './door.ts'
import type { Person } from './people.ts'

export type Watcher = { /** Ids of the events it was shown, repeats included. */ ids: string[]; gaps(): number; /** What it was told instead, and when. */ errors: string[]; /** When it was shown something last. */ lastAt(): number; close(): void }

const AGAIN_MS = 300

/** Somebody who watches a project, and comes back with the last number whenever the line breaks. */
export const watch = async (door: Door, url: string, person: Person, topics: readonly string[]): Promise<Watcher> => {
  const ids: string[] = []
  const errors: string[] = []
  let [last, gaps, lastAt, closed] = [undefined as number | undefined, 0, 0, false]
  let socket: WebSocket | undefined
  const connect = async (): Promise<void> => {
    const ticket = await door.ask('wsTicket', userApi.wsTicket, { token: person.token() })
    socket = new WebSocket(`${url.replace('http', 'ws')}/ws?ticket=${encodeURIComponent(ticket?.ticket ?? '')}`)
    socket.addEventListener('open', () => { socket?.send(JSON.stringify({ type: 'subscribe', topics, ...(last !== undefined && { after: last }) })) })
    socket.addEventListener('message', ({ data }) => {
      const frame = ServerFrame.parse(JSON.parse(String(data)))
      if ('seq' in frame) last = Math.max(last ?? 0, frame.seq)
      if (frame.type === 'event') {
        ids.push(frame.id)
        lastAt = performance.now()
      }
      if (frame.type === 'gap') gaps++
      if (frame.type === 'error') errors.push(`${frame.code} at ${Math.round(performance.now() / 1000)} s`)
    })
    socket.addEventListener('close', () => { if (!closed) void again() })
    socket.addEventListener('error', () => {})
  }
  const again = async (): Promise<void> => {
    await sleep(AGAIN_MS)
    await connect().catch(() => { if (!closed) void again() })
  }
  await connect()
  for (let i = 0; last === undefined && i < 100; i++) await sleep(100)
  return { ids, errors, gaps: () => gaps, lastAt: () => lastAt, close: () => { closed = true; socket?.close() } }
}
