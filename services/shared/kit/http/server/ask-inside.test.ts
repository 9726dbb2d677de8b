import { createServer, request as ask, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import Koa, { type Context } from 'koa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { currentContext, inContext } from '../../observe/context.ts'
import { pause } from '../../waiting.ts'
import { askInside } from './ask-inside.ts'

const koa = (answer: (ctx: Context) => unknown): RequestListener => {
  const app = new Koa()
  app.silent = true
  app.use(async ctx => { await answer(ctx) })
  const answerTo = app.callback()
  return (request, response) => { void answerTo(request, response) }
}
/** What comes of it inside, and by the network. */
const bothWays = async (listener: RequestListener, { method = 'GET', body }: { method?: string; body?: string } = {}) => {
  const server = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => { server.closeAllConnections(); server.close() })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const headers = { 'x-a': 'b', 'content-type': 'text/plain', ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) }
  const overNetwork = new Promise<{ status: number; headers: object; body: string }>((resolve, reject) => {
    ask({ port, host: '127.0.0.1', path: '/x?y=1', method, headers, agent: false }, answer => {
      const { date: _, connection: __, 'transfer-encoding': ___, ...told } = answer.headers
      text(answer).then(all => { resolve({ status: answer.statusCode ?? 0, headers: told, body: all }) }, reject)
    }).on('error', reject).end(body)
  })
  const inside = askInside(server, { method, url: '/x?y=1', headers, ...(body !== undefined && { body }) })
  const [a, b] = await Promise.allSettled([inside, overNetwork])
  if (a.status === 'rejected' || b.status === 'rejected') return [a.status, b.status]
  return [{ ...a.value, headers: Object.fromEntries(Object.entries(a.value.headers).map(([name, value]) => [name, Array.isArray(value) ? value : String(value)])) }, b.value]
}
const long = 'schön '.repeat(60_000)

describe('a server that is asked inside its process', () => {
  it.each<[string, RequestListener, { method?: string; body?: string }?]>([
    ['a text', koa(ctx => { ctx.body = 'größer' })],
    ['JSON and headers', koa(ctx => { ctx.status = 201; ctx.set('Location', '/y'); ctx.set('Set-Cookie', ['a=1', 'b=2']); ctx.body = { url: ctx.url, a: ctx.get('x-a') } })],
    ['nothing', koa(ctx => { ctx.status = 204 })],
    ['an error', koa(() => { throw new Error('x') })],
    ['what it was sent', koa(async ctx => { ctx.body = await text(ctx.req) }), { method: 'POST', body: long }],
    ['without reading what it was sent', koa(ctx => { ctx.status = 401 }), { method: 'POST', body: long }],
    ['a stream that is longer than what waits', koa(ctx => { ctx.type = 'text'; ctx.body = Readable.from([long, long, 'end']) })],
    ['a stream that breaks off', koa(ctx => { ctx.body = Readable.from((async function* () { yield 'a'; throw new Error('x') })()) })],
    ['nothing, and goes away', (_: IncomingMessage, response: ServerResponse) => { response.destroy(new Error('x')) }],
    ['and says more when it is over', (_: IncomingMessage, response: ServerResponse) => { response.setHeader('content-length', 3).end('all'); response.once('finish', () => { response.write('more') }) }],
  ])('answers as it would by the network: %s', async (_, listener, asked) => {
    const [inside, network] = await bothWays(listener, asked)
    expect(inside).toEqual(network)
  })
  it('closes the response once it has left', async () => {
    const closed = Promise.withResolvers<boolean>()
    await askInside(createServer((_, response) => {
      response.once('close', () => { closed.resolve(response.writableFinished && response.closed) }).end('x', () => { void finished(response) })
    }), { method: 'GET', url: '/', headers: {} })
    expect(await closed.promise).toBe(true)
  })
  it('serves one after the other at the same place, and leaves nothing there', async () => {
    const places = new Set<unknown>()
    const heard: number[][] = []
    const server = createServer(koa(async ctx => {
      const { req, req: { socket } } = ctx
      places.add(socket)
      heard.push(['close', 'error', 'drain', 'end', 'timeout', 'finish'].map(event => socket.listenerCount(event)))
      if (ctx.path === '/read') await text(req)
      // Given up as its answer leaves, or long after it.
      ctx.res.once('finish', () => { if (heard.length % 2) req.destroy() })
      setTimeout(() => { req.destroy() }, 5)
      ctx.body = 'x'
    }))
    for (let i = 0; i < 20; i++) {
      const { body } = await askInside(server, { method: 'POST', url: i % 2 ? '/read' : '/', headers: {}, body: long })
      expect(body).toBe('x')
      await pause(2)
    }
    expect(places.size).toBe(1)
    expect(heard.at(-1)).toEqual(heard[0])
  })
  it('works outside the context of whoever asks', async () => {
    const work = { traceId: 't', spanId: 's', sampled: false, correlationId: 'mine' }
    const server = createServer((_, response) => { response.end(currentContext()?.correlationId ?? 'none') })
    expect(await inContext(work, async () => [(await askInside(server, { method: 'GET', url: '/', headers: {} })).body, currentContext()?.correlationId]))
      .toEqual(['none', 'mine'])
  })
})
