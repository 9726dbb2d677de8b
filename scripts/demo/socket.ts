import { ServerFrame } from '../../services/shared/contracts/gateway/live.ts'
import type { Apis } from './apis.ts'
import type { Person } from './person.ts'
import { count } from './tally.ts'

export type Frames = {
  byName: () => Map<string, number>
  total: () => number
  gaps: () => number
  now(): number
  follow(topic: string, after: number): void
  close(): void
}

/**
 * One person's WebSocket. What it missed while it was away it asks for by its last `seq`; by an older one if that was asked for and
 * has not been answered to the end. A frame that comes twice counts once.
 */
export const openSocket = async (
  apis: { users: Pick<Apis['users'], 'wsTicket'> }, url: string, person: Pick<Person, 'token'>, againMs = 500,
): Promise<Frames> => {
  const seen = new Map<string, string>()
  const topics = new Set<string>()
  const unanswered: number[] = []
  let [total, gaps, last, closed] = [0, 0, undefined as number | undefined, false]
  let socket: WebSocket

  const subscribe = (some: readonly string[], after: number | undefined): void => {
    if (after !== undefined) unanswered.push(after)
    if (socket.readyState !== WebSocket.OPEN) return
    socket.send(JSON.stringify({ type: 'subscribe', topics: some, ...(after !== undefined && { after }) }))
    // Its pong comes behind what was missed.
    if (after !== undefined) socket.send(JSON.stringify({ type: 'ping' }))
  }
  const take = (text: string): void => {
    const frame = ServerFrame.parse(JSON.parse(text))
    if (frame.type === 'gap') { gaps++; last = frame.seq }
    else if ('seq' in frame) last = Math.max(last ?? 0, frame.seq)
    if (frame.type === 'pong') unanswered.shift()
    if (frame.type === 'event') { total++; seen.set(frame.id, frame.name) }
  }
  const connect = async (): Promise<void> => {
    const { ticket } = await apis.users.wsTicket({ token: await person.token() })
    socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws?ticket=${encodeURIComponent(ticket)}`)
    socket.addEventListener('message', event => { take(String(event.data)) })
    socket.addEventListener('close', () => { if (!closed) setTimeout(() => { connect().catch(() => { gaps++ }) }, againMs) })
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => { resolve() }, { once: true })
      socket.addEventListener('error', () => { reject(new Error('the WebSocket could not be opened')) }, { once: true })
    })
    const from = last === undefined ? undefined : Math.min(last, ...unanswered)
    unanswered.length = 0
    subscribe([...topics], from)
  }
  topics.add('me')
  await connect()
  return {
    byName: () => { const names = new Map<string, number>(); for (const name of seen.values()) count(names, name); return names },
    total: () => total,
    gaps: () => gaps,
    now: () => last ?? 0,
    // What happened in a project after that moment and before it was followed comes too.
    follow: (topic, after) => { topics.add(topic); subscribe([topic], after) },
    close: () => { closed = true; socket.close() },
  }
}
