import { createServer, type RequestListener, type Server } from 'node:http'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { exchange, type Exchange } from './exchange.ts'

let server: Server
let pool: Pool
const behind = async (listener: RequestListener): Promise<Exchange> => {
  server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  pool = new Pool(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
  return exchange(pool, { method: 'GET', path: '/' })
}
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await pool.destroy()
})
const asText = (body: Buffer | Readable): Promise<string> => text(body instanceof Readable ? body : Readable.from([body]))

describe('the answer of an exchange', () => {
  it('is whole when it is short', async () => {
    const { answer } = await behind((_, response) => { response.writeHead(201, { 'x-a': 'b' }); response.write('aaa'); response.end('bb') })
    expect(await answer).toMatchObject({ statusCode: 201, headers: { 'x-a': 'b' }, body: Buffer.from('aaabb') })
  })
  it('may be empty', async () => {
    const { answer } = await behind((_, response) => { response.writeHead(204).end() })
    expect(await answer).toMatchObject({ statusCode: 204, body: Buffer.alloc(0) })
  })
  it('is streamed when it is long, no faster than it is read, and loses nothing', async () => {
    let taken = false
    const { answer } = await behind((_, response) => {
      for (let i = 0; i < 200; i++) response.write('abc'[i % 3]!.repeat(100_000))
      response.end(() => { taken = true })
    })
    const { body } = await answer
    expect(body).toBeInstanceOf(Readable)
    await pause(200)
    expect(taken).toBe(false)
    const whole = await asText(body)
    expect(whole.length).toBe(20_000_000)
    expect(whole.slice(99_999, 100_001)).toBe('ab')
  })
  it('breaks off where the service broke off', async () => {
    const short = await behind((_, response) => { response.writeHead(200, { 'content-length': 20 }); response.write('0123456789', () => { response.destroy() }) })
    await expect(short.answer).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' })
    server.close()
    const long = await behind((_, response) => {
      response.writeHead(200, { 'content-length': 200_000 })
      response.write('x'.repeat(100_000), () => { setTimeout(() => { response.destroy() }, 50) })
    })
    const { body } = await long.answer
    await expect(asText(body)).rejects.toThrow()
  })
  it('is not waited for when the caller went away', async () => {
    const [came, left] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const { answer, abort } = await behind((_, response) => { response.once('close', left.resolve); came.resolve() })
    await came.promise
    abort()
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
    await left.promise
  })
})
