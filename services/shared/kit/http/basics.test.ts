import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { operation } from '../../contracts/define.ts'
import { Id, paging, page } from '../../contracts/primitives.ts'
import { Refused } from '../decider.ts'
import { serve } from './serve.ts'
import { testServer, type TestServer } from './test-server.ts'

const Thing = z.object({ id: z.string(), title: z.string() })
const Versioned = Thing.extend({ version: z.number() })
const New = z.object({ title: z.string().min(1), parts: z.array(z.object({ size: z.number() })).default([]) })
const api = {
  create: operation({ method: 'POST', path: '/api/things', summary: 's', access: 'user', status: 201, body: New, reply: Thing }),
  list: operation({
    method: 'GET', path: '/api/things', summary: 's', access: 'user', status: 200,
    query: z.object({ ...paging, label: z.array(z.string()).optional() }), reply: page(Thing),
  }),
  own: operation({ method: 'GET', path: '/api/things/own', summary: 's', access: 'user', status: 200, reply: Thing }),
  show: operation({ method: 'GET', path: '/api/things/:id', summary: 's', access: 'user', status: 200, reply: Thing, errors: { 'thing-unknown': 404 } }),
  replace: operation({
    method: 'PUT', path: '/api/things/:id', summary: 's', access: 'user', status: 200,
    params: z.object({ id: Id }), body: New, reply: z.object({ expected: z.number().nullable() }),
  }),
  restore: operation({ method: 'POST', path: '/api/things/:id/restore', summary: 's', access: 'user', status: 200, ifMatch: true, reply: Versioned }),
  readAll: operation({ method: 'PUT', path: '/api/things/read', summary: 's', access: 'user', status: 204, ifMatch: false }),
  remove: operation({ method: 'DELETE', path: '/api/things/:id', summary: 's', access: 'user', status: 204 }),
  open: operation({ method: 'POST', path: '/api/open', summary: 's', access: 'public', status: 200, reply: z.object({ actor: z.string() }) }),
  inside: operation({ method: 'POST', path: '/internal/things', summary: 's', access: 'internal', callers: ['task'], status: 200, reply: z.object({ caller: z.string() }) }),
}
const leaky: Record<string, string> = { id: 't1', title: 'T', passwordHash: 'x' }
const routes = serve(api, {
  create: async ({ body, newId }) => ({ body: { id: newId(), title: body.title }, version: 1 }),
  list: async ({ query }) => ({ body: { items: (query.label ?? []).map(title => ({ id: String(query.limit), title })), nextCursor: null } }),
  own: async ({ actor }) => ({ body: { id: 'own', title: `of ${actor.userId}` }, version: 7 }),
  show: async ({ params }) => {
    if (params.id === 'boom') throw new Error('secret inside')
    if (params.id === 'none') throw new Refused('missing', 'thing-unknown', 'No such thing.')
    return { body: z.object({ id: z.string(), title: z.string() }).loose().parse(leaky), version: 7 }
  },
  replace: async ({ meta }) => ({ body: { expected: meta.expectedVersion ?? null } }),
  restore: async ({ meta }) => ({ body: { id: 't1', title: 'T', version: meta.expectedVersion ?? 0 } }),
  readAll: async () => ({}),
  remove: async () => ({}),
  open: async ({ meta }) => ({ body: { actor: meta.actor } }),
  inside: async ({ caller }) => ({ body: { caller } }),
})
const as = { userId: 'u1', organizationId: 'o1', role: 'member', sessionId: 's1' } as const
let server: TestServer
beforeAll(async () => { server = await testServer([routes]) })
afterAll(() => server.close())

describe('a served contract', () => {
  it('answers its status, its body and the version as ETag', async () => {
    const { status, body, headers } = await server.request('POST', '/api/things', { as, body: { title: 'A' } })
    expect({ status, body, etag: headers.get('etag') }).toEqual({ status: 201, body: { id: expect.any(String), title: 'A' }, etag: '"1"' })
    expect(headers.get('traceparent')).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-0[01]$/)
  })
  it('lets nothing out that the contract does not name', async () => {
    expect((await server.request('GET', '/api/things/t1', { as })).body).toEqual({ id: 't1', title: 'T' })
  })
  it('prefers a fixed path to one with a parameter', async () => {
    expect((await server.request('GET', '/api/things/own', { as })).body).toMatchObject({ id: 'own' })
  })
  it('takes one or several of a repeated query field, and defaults', async () => {
    expect((await server.request('GET', '/api/things?label=a', { as })).body).toMatchObject({ items: [{ id: '50', title: 'a' }] })
    expect((await server.request('GET', '/api/things?label=a&label=b&limit=2', { as })).body).toMatchObject({ items: [{ id: '2', title: 'a' }, { title: 'b' }] })
  })
  it('answers 204 without a body', async () => {
    const { status, body } = await server.request('DELETE', '/api/things/t1', { as })
    expect({ status, body }).toEqual({ status: 204, body: undefined })
  })
  it('answers HEAD like GET, and OPTIONS with what the path takes', async () => {
    expect((await server.request('HEAD', '/api/things/t1', { as })).status).toBe(200)
    const options = await server.request('OPTIONS', '/api/things/t1')
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'DELETE, GET, HEAD, OPTIONS, PUT'])
  })
  it('refuses unknown paths with 404 and unknown methods with 405 and Allow', async () => {
    expect(await server.request('GET', '/api/nothing', { as })).toMatchObject({ status: 404, body: { code: 'unknown-path' } })
    const wrong = await server.request('PATCH', '/api/things', { as })
    expect(wrong).toMatchObject({ status: 405, body: { code: 'method-not-allowed' } })
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST')
  })
  it('tells nobody what went wrong inside', async () => {
    const { status, body, headers } = await server.request('GET', '/api/things/boom', { as })
    expect(status).toBe(500)
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(JSON.stringify(body)).not.toMatch(/secret|stack/)
    expect(body).toMatchObject({ code: 'unforeseen', traceId: expect.stringMatching(/^[\da-f]{32}$/) })
  })
  it('answers a refusal as problem+json', async () => {
    expect(await server.request('GET', '/api/things/none', { as })).toMatchObject({
      status: 404,
      body: { status: 404, code: 'thing-unknown', title: 'Not found', detail: 'No such thing.', type: 'urn:cybertask:problem:thing-unknown' },
    })
  })
  it('asks for a token where one is needed, and not where none is', async () => {
    expect(await server.request('GET', '/api/things')).toMatchObject({ status: 401, body: { code: 'token-missing' } })
    expect(await server.request('POST', '/api/open')).toMatchObject({ status: 200, body: { actor: 'anonymous' } })
  })
  it('lets in only the listed services on an internal operation', async () => {
    expect(await server.request('POST', '/internal/things', { caller: 'task' })).toMatchObject({ status: 200, body: { caller: 'task' } })
    expect(await server.request('POST', '/internal/things', { caller: 'ai' })).toMatchObject({ status: 403, body: { code: 'caller-forbidden' } })
    expect(await server.request('POST', '/internal/things', { as })).toMatchObject({ status: 401 })
    expect(await server.request('POST', '/internal/things', { caller: 'task', headers: { 'dapr-api-token': 'wrong' } })).toMatchObject({ status: 401, body: { code: 'app-token' } })
  })
})

describe('conditional requests', () => {
  const replace = (etag: string) => server.request('PUT', '/api/things/t1', { as, body: { title: 'B' }, headers: { 'if-match': etag } })
  it('hand the version on', async () => {
    expect((await replace('"7"')).body).toEqual({ expected: 7 })
    expect((await replace('*')).body).toEqual({ expected: null })
    expect((await replace('seven'))).toMatchObject({ status: 400, body: { code: 'bad-if-match' } })
    expect((await replace('"1", "2"'))).toMatchObject({ status: 400 })
  })
  it.each([
    ['POST', '/api/things', { title: 'A' }],
    ['POST', '/api/open', undefined],
    ['PUT', '/api/things/read', undefined],
  ] as const)('are refused where no version is compared: %s %s', async (method, path, body) => {
    const refused = await server.request(method, path, { as, body, headers: { 'if-match': '"1"' } })
    expect(refused).toMatchObject({ status: 400, body: { code: 'bad-if-match', detail: expect.stringContaining('If-Match') } })
    // It names no version.
    expect((await server.request(method, path, { as, body, headers: { 'if-match': '*' } })).status).toBeLessThan(300)
  })
  it('may be those of a POST, and a body that carries its version has it as ETag', async () => {
    const restored = await server.request('POST', '/api/things/t1/restore', { as, headers: { 'if-match': '"3"' } })
    expect([restored.status, restored.body, restored.headers.get('etag')]).toEqual([200, { id: 't1', title: 'T', version: 3 }, '"3"'])
  })
  it('answer 304 when the version is known', async () => {
    const get = (tag: string) => server.request('GET', '/api/things/t1', { as, headers: { 'if-none-match': tag } })
    expect(await get('"7"')).toMatchObject({ status: 304, body: undefined })
    expect((await get('W/"7", "3"')).status).toBe(304)
    expect((await get('"6"')).status).toBe(200)
  })
  it('are answered in full where the path means another thing for another caller, and nothing is kept on the way', async () => {
    const own = await server.request('GET', '/api/things/own', { as: { ...as, userId: 'u2' }, headers: { 'if-none-match': '"7"' } })
    expect(own).toMatchObject({ status: 200, body: { title: 'of u2' } })
    expect([own.headers.get('etag'), own.headers.get('cache-control')]).toEqual(['"7"', 'no-store'])
  })
})
