import { randomBytes } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { closeCodes } from '../../shared/contracts/gateway/live.ts'
import type { Ticket } from '../../shared/contracts/user/http.ts'
import type { Logger } from '../../shared/kit/observe/log.ts'
import type { Hub } from './hub.ts'
import { session, type Session, type SessionDeps } from './session.ts'
import type { TokenStatus } from './token-status.ts'

/** Counts an upgrade against the machine that asks for it. */
export type Admit = (request: IncomingMessage) => Promise<{ over: boolean; seconds: number }>
export type SocketsOptions = SessionDeps & {
  server: Server
  hub: Hub
  tokenStatus: Pick<TokenStatus, 'of'>
  admit: Admit
  takeTicket: (ticket: string) => Promise<Ticket | undefined>
  /** Browsers say where a page came from; only these may open sockets. Clients that are no browsers say nothing. */
  origins: ReadonlySet<string>
  logger: Logger
  maxSockets?: number
  pingMs?: number
  /** How long one that is refused may take to hang up. */
  lingerMs?: number
}

const maxFrame = 16 * 1024
const maxBuffered = 1024 * 1024
const maxSaidPerMinute = 240
// Each window of a browser has one.
const maxEach = 50
const fullSeconds = 30

/** `/ws`: lets in who holds a ticket, and looks after every socket: limits in both directions, pings, and an end for the silent and the slow. */
export const sockets = (options: SocketsOptions): { letGo(): Promise<void> } => {
  const { server, hub, tokenStatus, admit, takeTicket, origins, logger, maxSockets = 20_000, pingMs = 25_000, lingerMs = 2_000 } = options
  const wss = new WebSocketServer({ noServer: true, maxPayload: maxFrame, perMessageDeflate: false, clientTracking: false })
  let open = 0
  let leaving = false
  const refuse = (socket: Duplex, status: number, reason: string, retryAfter?: number): void => { answerRefusal(socket, status, reason, lingerMs, retryAfter) }

  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://gateway')
    if (url.pathname !== '/ws') return refuse(socket, 404, 'Not Found')
    const { origin } = request.headers
    if (origin !== undefined && !origins.has(origin)) return refuse(socket, 403, 'Forbidden')
    if (leaving || open >= maxSockets) return refuse(socket, 503, 'Service Unavailable')
    const { over, seconds } = await admit(request)
    if (over) return refuse(socket, 429, 'Too Many Requests', seconds)
    const ticket = await takeTicket(url.searchParams.get('ticket') ?? '')
    // A ticket with a role that is no longer his would keep it for as long as the socket lives.
    if (!ticket || tokenStatus.of(ticket) !== 'valid') return refuse(socket, 401, 'Unauthorized')
    if (hub.sizeOf(ticket.userId) >= maxEach) return refuse(socket, 429, 'Too Many Requests', fullSeconds)
    // This process may have begun to stop while the ticket was looked at.
    if (leaving) return refuse(socket, 503, 'Service Unavailable')
    wss.handleUpgrade(request, socket, head, ws => { open += 1; attend(ws, socket, ticket) })
  }
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const ignore = (): void => { socket.destroy() }
    socket.on('error', ignore)
    upgrade(request, socket, head).catch((error: unknown) => {
      logger.warn({ error }, 'a socket could not be opened')
      refuse(socket, 503, 'Service Unavailable')
    })
  }

  const attend = (ws: WebSocket, socket: Duplex, person: Ticket): void => {
    const own: Session = session(person, {
      send: text => {
        if (ws.readyState !== ws.OPEN) return
        // Who does not read is let go: he resumes from the journal later, and holds no memory here until then.
        if (ws.bufferedAmount > maxBuffered) return end(closeCodes.tooSlow, 'too slow')
        ws.send(text)
      },
      close: (code, reason) => { end(code, reason) },
      room: () => roomIn(socket),
      get open() { return ws.readyState === ws.OPEN },
    }, options)
    const end = (code: number, reason: string): void => {
      hub.leave(own)
      ws.close(code, reason)
      setTimeout(() => { ws.terminate() }, 2_000).unref()
    }
    let heard = true
    let beat = randomBytes(8)
    let said = 0
    let beats = 0
    const pulse = setInterval(() => {
      if (!heard) return ws.terminate()
      heard = false
      if (++beats % 2 === 0) said = 0
      beat = randomBytes(8)
      ws.ping(beat)
    }, pingMs).unref()
    // Only the answer to this ping: who talks without reading, pongs included, would never be let go.
    ws.on('pong', data => { if (data.equals(beat)) heard = true })
    ws.on('message', (data: Buffer, binary: boolean) => {
      if (binary) return end(1003, 'text frames only')
      if (++said > maxSaidPerMinute) return end(1008, 'too many frames')
      void own.said(data.toString('utf8'))
    })
    ws.on('error', () => { ws.terminate() })
    ws.on('close', () => { open -= 1; clearInterval(pulse); hub.leave(own) })
    hub.join(own)
  }

  server.on('upgrade', onUpgrade)
  return {
    /** Everybody is sent away, to come back to another process; this one lets nobody in any more. */
    letGo: async () => {
      leaving = true
      hub.closeAll(1001, 'The gateway restarts.')
    },
  }
}

/** Settles when the socket takes more, or is gone. */
const roomIn = async (socket: Duplex): Promise<void> => {
  if (!socket.writableNeedDrain) return
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.once('drain', resolve).once('close', resolve)
  await promise
  socket.off('drain', resolve).off('close', resolve)
}

const answerRefusal = (socket: Duplex, status: number, reason: string, lingerMs: number, retryAfter = status === 503 ? 2 : undefined): void => {
  if (socket.destroyed || !socket.writable) return void socket.destroy()
  // Nobody else looks after it any more: it is read to its end, and who does not end his half is cut off.
  const late = setTimeout(() => { socket.destroy() }, lingerMs).unref()
  socket.once('close', () => { clearTimeout(late) }).resume()
  const retry = retryAfter === undefined ? '' : `Retry-After: ${retryAfter}\r\n`
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n${retry}\r\n`)
}
