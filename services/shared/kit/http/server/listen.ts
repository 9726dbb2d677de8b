import { randomBytes } from 'node:crypto'
import { createServer, STATUS_CODES, type RequestListener, type Server } from 'node:http'
import { connect, Server as NetServer, type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type Koa from 'koa'
import { pause } from '../../waiting.ts'
import { HttpRefused, toProblem } from '../problem.ts'

export type Listening = {
  url: string
  port: number
  server: Server
  /**
   * The successor of a process that still answers: at the edge it listens beside it, so that nobody is turned away;
   * behind a sidecar it takes the port over as soon as that is free.
   */
  join: () => Promise<void>
  /** Whether somebody answers at its port. */
  isTaken: () => Promise<boolean>
  /** Takes no more connections and resolves when the last request is answered, or after the limit. */
  drain: (limitMs: number) => Promise<void>
}

const LAME_MS = 500
const IDLE_MS = 50
const QUIET_MS = 0.1
const MOST_TURNS = 1_000
const SUCCESSION_MS = 60_000
// A sidecar lets an idle connection go after 90 s. Whoever keeps it longer lets the other do so:
// closed from this side it could just be getting a request, which would be lost.
const keepAliveMs = { edge: 75_000, service: 120_000 }
// Who takes nothing of his answer for so long is let go; no answer is waited for longer.
const silentMs = { edge: 65_000, service: 0 }
// More than this is no request of a person; sidecars and services behind take more, so what the edge lets in arrives.
const headerBytes = { edge: 16 * 1024, service: 64 * 1024 }
// Node answers these before any middleware can, and says nothing in the body.
const early: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers-too-large', 'Path and headers are too long.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'body-timeout', 'The request came too slowly.'],
}
const answerEarly = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, code, message] = early[error.code ?? ''] ?? [400, 'malformed-request', 'This is not a request of HTTP/1.1.']
  const body = JSON.stringify(toProblem(new HttpRefused(status, code, message), randomBytes(16).toString('hex')).problem)
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** Listens with limits that a slow or silent client cannot get around. */
export const listen = async (
  app: Koa, port: number, host?: string, { edge = false, succeeds = false }: { edge?: boolean; succeeds?: boolean } = {},
): Promise<Listening> => {
  const answer = app.callback()
  const state = { draining: false }
  const kind = edge ? 'edge' : 'service'
  const take: RequestListener = (request, response) => {
    if (state.draining) response.setHeader('Connection', 'close')
    void answer(request, response)
  }
  const server: Server = createServer({
    // Node's own refusal has nothing in it; `observeRequests` refuses it in words.
    requireHostHeader: false,
    requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: keepAliveMs[kind], connectionsCheckingInterval: 2_000, maxHeaderSize: headerBytes[kind],
    // Whatever else is offered, such as h2c, may be declined by answering in HTTP/1.1.
    shouldUpgradeCallback: ({ headers }) => server.listenerCount('upgrade') > 0 && headers.upgrade?.toLowerCase() === 'websocket',
  }, take)
  // What a client expects beside 100-continue may be passed over (RFC 9110, 10.1.1); Node's own 417 has nothing in it.
  server.on('checkExpectation', take)
  server.timeout = silentMs[kind]
  server.on('clientError', answerEarly)
  const begin = (): Promise<void> => new Promise((resolve, reject) => {
    const done = (error?: Error): void => {
      server.off('error', done).off('listening', done)
      if (error) reject(error)
      else resolve()
    }
    const reusePort = edge && port > 0 && process.platform === 'linux'
    server.once('error', done).once('listening', done).listen({ port, ...(host !== undefined && { host }), reusePort })
  })
  if (!succeeds) await begin()
  const address = server.address()
  const bound = isInfo(address) ? address.port : port
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    server,
    join: async () => { if (succeeds) await untilFree(begin) },
    isTaken: () => isTaken(bound, host),
    drain: limitMs => drain(server, limitMs, () => { state.draining = true }),
  }
}
const isTaken = (port: number, host = '127.0.0.1'): Promise<boolean> => new Promise(resolve => {
  const answered = (taken: boolean): void => { resolve(taken); socket.destroy() }
  // Who does not even take a connection in time is there, but full.
  const socket = connect({ port, host, timeout: IDLE_MS })
  socket.once('connect', () => { answered(true) }).once('timeout', () => { answered(true) }).once('error', () => { answered(false) })
})
const untilFree = async (begin: () => Promise<void>): Promise<void> => {
  for (const until = performance.now() + SUCCESSION_MS; ;) {
    try { return await begin() } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') || performance.now() > until) throw error
      await pause(10)
    }
  }
}
const isInfo = (address: ReturnType<Server['address']>): address is AddressInfo => typeof address === 'object' && address !== null

// The port goes first, for as long as the old connections are used nobody opens new ones, and one just opened would be lost with it.
// Each of the old ones then ends with its next answer, and the idle ones last: one closed from this side could just be getting a request.
const drain = async (server: Server, limitMs: number, endWithAnswers: () => void): Promise<void> => {
  await quietTurn(server)
  const closed = new Promise<void>(resolve => { letGoOfPort(server, resolve) })
  endWithAnswers()
  const over = Promise.withResolvers<void>()
  // A socket that became a WebSocket is none of the server's connections any more, and keeps it open.
  const limit = setTimeout(() => { server.closeAllConnections(); over.resolve() }, limitMs)
  await Promise.race([closed, pause(Math.min(LAME_MS, limitMs / 20))])
  const idle = setInterval(() => { void quietTurn(server).then(() => { server.closeIdleConnections() }) }, IDLE_MS)
  await Promise.race([closed, over.promise])
  clearTimeout(limit)
  clearInterval(idle)
}
/**
 * Resolves right after a turn of the loop that took no time and in which nobody connected: whoever connected or sent something
 * has been heard by then, and is not cut off unread. A turn takes one connection from the queue (libuv since 1.45),
 * so one that took some may have left others.
 */
const quietTurn = async (server: Server): Promise<void> => {
  let connected = false
  const note = (): void => { connected = true }
  server.on('connection', note)
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const from = performance.now()
    connected = false
    await setImmediate()
    if (!connected && performance.now() - from < QUIET_MS) break
  }
  server.off('connection', note)
}
// What `http.Server` adds to this is ending the idle connections at once.
const letGoOfPort = (server: Server, closed: () => void): void => { NetServer.prototype.close.call(server, () => { closed() }) }
