import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type Koa from 'koa'

export type Listening = {
  url: string
  port: number
  server: Server
  /** Takes no more connections and resolves when the last request is answered, or after the limit. */
  drain: (limitMs: number) => Promise<void>
}

/** Listens with limits that a slow or silent client cannot get around. */
export const listen = async (app: Koa, port: number, host?: string): Promise<Listening> => {
  const answer = app.callback()
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 75_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 32 * 1024 }, (request, response) => { void answer(request, response) })
  await new Promise<void>((resolve, reject) => { server.once('error', reject).listen(port, host, () => { server.off('error', reject); resolve() }) })
  const address = server.address()
  const bound = isInfo(address) ? address.port : port
  return { url: `http://127.0.0.1:${bound}`, port: bound, server, drain: limitMs => drain(server, limitMs) }
}
const isInfo = (address: ReturnType<Server['address']>): address is AddressInfo => typeof address === 'object' && address !== null

const drain = (server: Server, limitMs: number): Promise<void> => new Promise(resolve => {
  const limit = setTimeout(() => { server.closeAllConnections() }, limitMs)
  const idle = setInterval(() => { server.closeIdleConnections() }, 50)
  server.close(() => { clearTimeout(limit); clearInterval(idle); resolve() })
  server.closeIdleConnections()
})
