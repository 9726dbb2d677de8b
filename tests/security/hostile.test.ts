import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import type { Operation } from '../../services/shared/contracts/define.ts'
import { publicApis } from '../../services/shared/contracts/public-apis.ts'
import { taskApi } from '../../services/shared/contracts/task/http.ts'
import { call, send } from '../support/call.ts'
import { founder, type Person } from '../support/people.ts'
import { raw } from './support/raw.ts'
import { hostileBodies, hostileQueries } from './support/hostile-inputs.ts'

const operations = Object.entries(publicApis).flatMap(([service, api]) => Object.entries(api).map(([name, operation]): [string, Operation] => [`${service}.${name}`, operation]))
const id = '0190a000-0000-7000-8000-000000000000'
const pathOf = ({ path }: Operation): string => path.replace(/:\w+/g, id)
const trace = /\bat .{0,200}\.(?:ts|js):\d|node_modules|MongoServerError|ZodError/

describe('hostile input', () => {
  let person: Person
  beforeAll(async () => { person = await founder('Hetty Hostile') })
  const post = (path: string, body: string | Buffer, headers: Record<string, string | string[]> = {}) =>
    raw(inject('gateway'), path, {
      method: 'POST', body,
      headers: {
        authorization: `Bearer ${person.token}`, 'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)), ...headers,
      },
    })

  it.each(operations.filter(([, { body }]) => body))('is refused in every field of the body of %s', async (_, operation) => {
    const wrong: string[] = []
    const bodies = hostileBodies(operation.body ?? z.unknown())
    expect(bodies.length).toBeGreaterThan(3)
    await Promise.all(bodies.map(async body => {
      const { status, text } = await send(operation.method, pathOf(operation), { token: person.token, body })
      if (status !== 400 || trace.test(text)) wrong.push(`${status} to ${body.slice(0, 120)}: ${text.slice(0, 200)}`)
    }))
    expect(wrong).toEqual([])
  })

  it('is refused in every field of every query, and as an unknown one', async () => {
    const wrong: string[] = []
    const readers = operations.filter(([, { method, access }]) => method === 'GET' && access === 'user')
    for (const [name, operation] of readers) {
      await Promise.all(hostileQueries(operation.query).map(async query => {
        const { status, text } = await send('GET', `${pathOf(operation)}?${query}`, { token: person.token })
        if (status !== 400 || trace.test(text)) wrong.push(`${name} ${query}: ${status} ${text.slice(0, 150)}`)
      }))
    }
    expect(wrong).toEqual([])
  })

  const bodies: [string, string | Buffer, number[], Record<string, string>?][] = [
    ['10,000 levels of arrays', `{"title":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, [400]],
    ['10,000 levels of objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, [400]],
    ['an array of 250,000 numbers', JSON.stringify({ title: 'x', labels: Array(250_000).fill(1) }), [400]],
    ['60,000 keys', JSON.stringify(Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`k${i}`, 1]))), [400]],
    ['2 MiB', JSON.stringify({ title: 'x'.repeat(2 * 1024 * 1024) }), [413]],
    ['invalid UTF-8', Buffer.concat([Buffer.from('{"title":"'), Buffer.from([0xc3, 0x28, 0xff, 0xfe]), Buffer.from('"}')]), [400]],
    ['half a surrogate', '{"title":"\\ud800"}', [400]],
    ['a NUL', '{"title":"a\\u0000b"}', [400]],
    ['the same key twice', '{"title":{"$ne":1},"title":{"$gt":""}}', [400]],
    ['a number beyond all', '{"title":1e999999}', [400]],
    ['text', 'title=x', [400, 415], { 'content-type': 'text/plain' }],
    ['a form', 'title=x', [415], { 'content-type': 'application/x-www-form-urlencoded' }],
    ['XML', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', [415], { 'content-type': 'application/xml' }],
    ['a file', '--x\r\n\r\n--x--', [415], { 'content-type': 'multipart/form-data; boundary=x' }],
    ['no type', '{}', [400, 415], { 'content-type': '' }],
    ['a squeezed body', 'xx', [400, 415], { 'content-encoding': 'gzip' }],
  ]
  it.each(bodies)('of %s is refused by every service', async (_, body, expected, headers = {}) => {
    for (const path of [
      '/api/tasks', '/api/tasks/bulk', '/api/projects', '/api/users/register', '/api/users/login',
      '/api/notifications/preferences', '/api/ai/natural-language',
    ]) {
      const { status, text } = await post(path, body, headers)
      expect(expected, `${path}: ${status} ${text.slice(0, 200)}`).toContain(status)
      expect(text).not.toMatch(trace)
    }
  })

  const twisted: [string, string][] = [
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 30'],
    ['a length and chunks', 'Content-Length: 2\r\nTransfer-Encoding: chunked'],
    ['an odd transfer encoding', 'Transfer-Encoding: xchunked'],
    ['a negative length', 'Content-Length: -1'],
    ['a header without a name', ': x'],
    ['a space before the colon', 'X-A : b'],
    ['a bare line feed', 'X-A: b\nX-B: c'],
    ['40 KiB of headers', `X-A: ${'a'.repeat(40_000)}`],
    ['3,000 headers', Array.from({ length: 3_000 }, (_, i) => `x${i}: 1`).join('\r\n')],
    ['two tokens', 'Authorization: Bearer a\r\nAuthorization: Bearer b'],
    ['two types', 'Content-Type: application/json\r\nContent-Type: text/html'],
    ['a NUL in a header', 'X-A: a\0b'],
  ]
  it.each(twisted)('in the head of a request, %s, ends in a refusal', async (_, lines) => {
    const answer = await spoken(`POST /api/tasks HTTP/1.1\r\nHost: x\r\n${lines}\r\n\r\n{}`)
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
  })

  it('that asks for a stream of events is refused like any other, and no service counts as down for it', async () => {
    for (let i = 0; i < 12; i++) expect((await send('GET', '/api/tasks', { headers: { accept: 'text/event-stream' } })).status).toBe(401)
    expect((await send('GET', '/api/tasks', { token: person.token })).status).toBe(200)
  })

  it('that comes slowly is cut off, and nobody else waits for it', async () => {
    const token = `Authorization: Bearer ${person.token}\r\nContent-Type: application/json\r\n`
    const heads = Array.from({ length: 60 }, () => dripping('GET /status HTTP/1.1\r\nHost: x\r\n', 'X-Drip: 1\r\n'))
    const contents = Array.from({ length: 60 }, () => dripping(`POST /api/tasks HTTP/1.1\r\nHost: x\r\n${token}Content-Length: 100000\r\n\r\n{"title":"`, 'x'))
    const waits: number[] = []
    for (let i = 0; i < 20; i++) {
      const since = performance.now()
      expect((await send('GET', '/api/tasks', { token: person.token })).status).toBe(200)
      waits.push(performance.now() - since)
      await sleep(200)
    }
    // Three of four, for a machine may stand still for a moment.
    expect(waits.toSorted((a, b) => a - b)[15]).toBeLessThan(2_000)
    const lasted = { heads: Math.max(...await Promise.all(heads)), contents: Math.max(...await Promise.all(contents)) }
    // Ten seconds and thirty by our limits, sixty and three hundred by Node's own.
    expect(lasted.heads).toBeLessThan(30_000)
    expect(lasted.contents).toBeLessThan(120_000)
  }, 240_000)

  it('leaves nothing half done', async () => {
    expect((await call(taskApi.listTasks, { token: person.token })).items).toEqual([])
    expect((await send('GET', '/api/projects', { token: person.token })).json).toMatchObject({ items: [] })
    expect((await send('GET', '/api/users/organizations', { token: person.token })).json).toMatchObject({ items: [{ id: person.organizationId }] })
  })
})

const socketTo = () => { const { hostname, port } = new URL(inject('gateway')); return connect(Number(port), hostname) }
/** Says this and gives back what is answered until the connection ends or falls silent. */
const spoken = (text: string): Promise<string> => new Promise((resolve, reject) => {
  const socket = socketTo()
  let heard = ''
  socket
    .on('data', (data: Buffer) => { heard += data.toString(); socket.end() })
    .on('close', () => { resolve(heard) })
    .on('error', error => { if (heard) resolve(heard); else reject(error) })
  socket.setTimeout(30_000, () => { socket.destroy(new Error('no answer')) })
  socket.write(text)
})
/** Begins a request and then says a bit of it every half second; how long the other side puts up with it, in ms. */
const dripping = (beginning: string, bit: string): Promise<number> => new Promise(resolve => {
  const [socket, since] = [socketTo(), performance.now()]
  const timer = setInterval(() => { if (socket.writable) socket.write(bit) }, 500)
  const done = (): void => { clearInterval(timer); socket.destroy(); resolve(performance.now() - since) }
  socket.on('error', done).on('close', done).on('data', done).write(beginning)
})
