import { randomBytes } from 'node:crypto'
import { createServer, STATUS_CODES, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type Koa from 'koa'
import { pause } from '../events/patience.ts'
import { HttpRefused, toProblem } from './problem.ts'

export type Listening = {
  url: string
  port: number
  server: Server
  /** Takes no more connections and resolves when the last request is answered, or after the limit. */
  drain: (limitMs: number) => Promise<void>
}

const LAME_MS = 500
// More than this is no request of a person; sidecars and services behind take more, so what the edge lets in arrives.
const headerBytes = { edge: 16 * 1024, service: 64 * 1024 }
// Node answers these before any middleware can, and says nothing in the body.
const early: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers-too-large', 'Path and headers are too long.'], ERR_HTTP_REQUEST_TIMEOUT: [408, 'body-timeout', 'The request came too slowly.'],
}
const answerEarly = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, code, message] = early[error.code ?? ''] ?? [400, 'malformed-request', 'This is not a request of HTTP/1.1.']
  const body = JSON.stringify(toProblem(new HttpRefused(status, code, message), randomBytes(16).toString('hex')).problem)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

/** Listens with limits that a slow or silent client cannot get around. */
export const listen = async (app: Koa, port: number, host?: string, { edge = false }: { edge?: boolean } = {}): Promise<Listening> => {
  const answer = app.callback()
  const state = { draining: false }
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 75_000, connectionsCheckingInterval: 2_000, maxHeaderSize: edge ? headerBytes.edge : headerBytes.service }, (request, response) => {
    if (state.draining) response.setHeader('Connection', 'close')
    void answer(request, response)
  })
  server.on('clientError', answerEarly)
  await new Promise<void>((resolve, reject) => { server.once('error', reject).listen(port, host, () => { server.off('error', reject); resolve() }) })
  const address = server.address()
  const bound = isInfo(address) ? address.port : port
  return { url: `http://127.0.0.1:${bound}`, port: bound, server, drain: async limitMs => {
    // For a moment everything is answered as ever, and each connection ends with its answer: one that is closed from this side could just be getting a request.
    state.draining = true
    await pause(Math.min(LAME_MS, limitMs / 20))
    await drain(server, limitMs)
  } }
}
const isInfo = (address: ReturnType<Server['address']>): address is AddressInfo => typeof address === 'object' && address !== null

const drain = (server: Server, limitMs: number): Promise<void> => new Promise(resolve => {
  const limit = setTimeout(() => { server.closeAllConnections() }, limitMs)
  const idle = setInterval(() => { server.closeIdleConnections() }, 50)
  server.close(() => { clearTimeout(limit); clearInterval(idle); resolve() })
  server.closeIdleConnections()
})
