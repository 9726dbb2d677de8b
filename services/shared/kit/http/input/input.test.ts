import { request as rawRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { operation } from '../../../contracts/define.ts'
import { Time } from '../../../contracts/primitives.ts'
import { userApi } from '../../../contracts/user/http.ts'
import { Refused } from '../../decider.ts'
import { inputParser } from './input.ts'
import { serve } from '../serve.ts'
import { testServer, type TestServer } from '../test-server.ts'

const Body = z.object({
  title: z.string().min(1),
  dueAt: Time.nullable().optional(),
  people: z.array(z.object({ id: z.string(), role: z.enum(['a', 'b']) })).default([]),
  preferences: z.record(z.string(), z.unknown()).optional(),
  shape: z.discriminatedUnion('kind', [z.object({ kind: z.literal('dot'), x: z.number() }), z.object({ kind: z.literal('line'), length: z.number() })]).optional(),
}).refine(b => b.title !== 'no', 'must not be no')
type Tree = { name: string; children: Tree[] }
const Tree: z.ZodType<Tree> = z.object({ name: z.string(), get children() { return z.array(Tree) } })
const access = 'public'
const api = {
  make: operation({ method: 'POST', path: '/api/things', summary: 's', access, status: 200, body: Body, reply: z.object({ title: z.string() }) }),
  grow: operation({ method: 'POST', path: '/api/trees', summary: 's', access, status: 200, body: Tree, reply: z.object({ name: z.string() }) }),
  bare: operation({ method: 'POST', path: '/api/bare', summary: 's', access, status: 204 }),
  find: operation({
    method: 'GET', path: '/api/things/:id', summary: 's', access, status: 204,
    query: z.object({ limit: z.coerce.number().int().max(9).default(1), done: z.enum(['true', 'false']).optional() }),
  }),
}
let server: TestServer
let handled = 0
beforeAll(async () => {
  server = await testServer([serve(api, {
    make: async ({ body }) => { handled++; return { body: { title: body.title } } }, grow: async ({ body }) => ({ body: { name: body.name } }),
    bare: async () => ({}), find: async () => ({}),
  })])
})
afterAll(() => server.close())

const paths = (body: unknown): string[] => z.object({ code: z.literal('invalid'), errors: z.array(z.object({ path: z.string() })) }).parse(body).errors.map(e => e.path)
const make = (body: unknown) => server.request('POST', '/api/things', { body })
const raw = (text: string | Uint8Array, headers: Record<string, string> = {}) => server.request('POST', '/api/things', { raw: text, headers })

describe('a body is refused', () => {
  it('with every bad field listed at once', async () => {
    const { status, body } = await make({ people: [{ id: 1, role: 'c' }], dueAt: '0000-99-99T00:00:00Z' })
    expect(status).toBe(400)
    expect(paths(body)).toEqual(expect.arrayContaining(['title', 'people.0.id', 'people.0.role', 'dueAt']))
  })
  it('with the field named when it is unknown, at any depth', async () => {
    const thing = { title: 'A', colour: 1, people: [{ id: 'x', role: 'a', extra: 1 }], shape: { kind: 'dot', x: 1, length: 2 } }
    expect(paths((await make(thing)).body)).toEqual(['people.0.extra', 'shape.length', 'colour'])
    const tree = { name: 'a', children: [{ name: 'b', children: [{ name: 'c', children: [], leaf: 1 }] }] }
    expect(paths((await server.request('POST', '/api/trees', { body: tree })).body)).toEqual(['children.0.children.0.leaf'])
    expect(paths((await server.request('POST', '/api/bare', { body: { any: 1 } })).body)).toEqual(['any'])
  })
  it('with prototype keys and database operators named', async () => {
    expect(paths((await raw('{"title":"A","__proto__":{"admin":true}}')).body)).toEqual(['__proto__'])
    expect(paths((await raw('{"title":"A","preferences":{"a":{"constructor":1,"__proto__":{}}}}')).body)).toEqual(['preferences.a.constructor', 'preferences.a.__proto__'])
    expect(paths((await make({ title: { $ne: null } })).body)).toEqual(['title.$ne', 'title'])
    expect(paths((await make({ title: 'A', preferences: { $where: '1' } })).body)).toEqual(['preferences.$where'])
    expect(Reflect.get({}, 'admin')).toBeUndefined()
  })
  it('with text that no store can hold', async () => {
    expect(paths((await make({ title: 'a\0b' })).body)).toEqual(['title'])
    expect(paths((await raw(String.raw`{"title":"\ud800"}`)).body)).toEqual(['title'])
  })
  it('when it is nested absurdly', async () => {
    const deep = (levels: number) => `{"title":"A","preferences":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`
    expect((await raw(deep(20))).status).toBe(200)
    expect((await raw(deep(40))).status).toBe(400)
    expect((await raw(deep(100_000))).status).toBe(400)
  })
  it('when it is not JSON, not UTF-8, or absent', async () => {
    expect(await raw('{"title":')).toMatchObject({ status: 400, body: { code: 'malformed-json' } })
    expect(await raw(new Uint8Array([0x22, 0xff, 0x22]))).toMatchObject({ status: 400, body: { code: 'malformed-json' } })
    expect((await make(undefined)).status).toBe(400)
    for (const text of ['null', '[]', '"x"', '7']) expect((await raw(text)).status).toBe(400)
  })
  it('with 415 when it is something else', async () => {
    expect(await raw('title=A', { 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } })
    expect((await raw('{}', { 'content-encoding': 'gzip' })).status).toBe(415)
    expect((await raw('{"title":"A"}', { 'content-type': 'application/json; charset=utf-8' })).status).toBe(200)
  })
  it('with 413 over 1 MiB, announced or not', async () => {
    expect(await make({ title: 'x'.repeat(2 * 1024 * 1024) })).toMatchObject({ status: 413, body: { code: 'body-too-large' } })
    const status = await new Promise(resolve => {
      const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked', 'dapr-api-token': 'a-token-for-tests' }
      const sent = rawRequest(`${server.url}/api/things`, { method: 'POST', headers }, answer => { resolve(answer.statusCode); answer.resume() })
      sent.on('error', () => {})
      for (let i = 0; i < 20; i++) sent.write('x'.repeat(100_000))
      sent.end()
    })
    expect(status).toBe(413)
  })
  it('with a hundred of its bad fields when it has more, and at once when it has more than any schema takes', () => {
    const login = inputParser(userApi.login)
    const errorsOf = (fields: number): unknown[] => {
      const body = Object.fromEntries(Array.from({ length: fields }, (_, i) => [`f${i}`, 0]))
      try { login({ params: {}, query: {}, body }) } catch (error) { if (error instanceof Refused && error.kind === 'invalid') return z.array(z.unknown()).parse(error.detail['errors']) }
      throw new Error('not refused as invalid')
    }
    expect([errorsOf(90_000).length, errorsOf(130_000)]).toEqual([100, [{ path: '', message: 'must not hold more than 100000 values' }]])
  })
  it('not for the many values that a service sends another: its bytes are bounded', () => {
    const post = { method: 'POST', path: '/internal/all', summary: 's', status: 204, body: z.object({ all: z.array(z.number()) }) } as const
    const raw = { params: {}, query: {}, body: { all: Array.from({ length: 130_000 }, () => 0) } }
    expect(inputParser(operation({ ...post, access: 'internal', callers: ['task'] }))(raw).body).toEqual(raw.body)
    expect(() => inputParser(operation({ ...post, access: 'user' }))(raw)).toThrow('more than 100000 values')
  })
  it('by a rule of its own, and the handler saw none of all these', async () => {
    handled = 0
    expect((await make({ title: 'no' })).status).toBe(400)
    expect((await make({ title: '' })).status).toBe(400)
    expect(handled).toBe(0)
  })
})

describe('a query is refused', () => {
  it('with unknown, repeated and wrong fields named', async () => {
    const { body } = await server.request('GET', '/api/things/t1?limit=99&limit=2&done=maybe&colour=1')
    expect(paths(body)).toEqual(expect.arrayContaining(['query.limit', 'query.done', 'query.colour']))
    expect((await server.request('GET', '/api/things/t1?__proto__=1')).status).toBe(400)
    expect((await server.request('GET', '/api/things/t1?limit=x%00')).status).toBe(400)
  })
  it('and so is a path parameter that can be no id', async () => {
    expect(paths((await server.request('GET', '/api/things/%7B%22%24ne%22%3Anull%7D')).body)).toEqual(['params.id'])
    expect((await server.request('GET', '/api/things/%E0%A4%A')).status).toBe(400)
    expect((await server.request('GET', '/api/things/..%2F..%2Fadmin')).status).toBe(400)
  })
})

it('a body that never ends is given up', async () => {
  const { readJson } = await import('./body.ts')
  const { createServer } = await import('node:http')
  const slow = createServer((q, r) => {
    readJson(q, 1000, 100).catch((error: unknown) => {
      r.statusCode = Number(Reflect.get(Object(error), 'status'))
      r.setHeader('connection', 'close')
      r.end()
    })
  })
  await new Promise<void>(done => { slow.listen(0, done) })
  const address = slow.address()
  const port = typeof address === 'object' ? address?.port : 0
  const status = await new Promise(resolve => {
    const headers = { 'content-type': 'application/json', 'content-length': '10' }
    const sent = rawRequest({ port, method: 'POST', headers }, answer => { resolve(answer.statusCode); sent.destroy() })
    sent.on('error', () => {})
    sent.write('{')
  })
  await sleep(10)
  slow.close()
  expect(status).toBe(408)
})
