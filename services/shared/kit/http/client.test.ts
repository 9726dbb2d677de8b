import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { operation } from '../../contracts/define.ts'
import { DaprError } from '../dapr/dapr-error.ts'
import { memoryDapr } from '../dapr/memory-dapr.ts'
import { Refused } from '../decider.ts'
import { inContext } from '../observe/context.ts'
import { client } from './client.ts'
import { serve } from './serve.ts'
import { testServer, testToken, type TestServer } from './test-server.ts'

const Reply = z.object({ id: z.string(), said: z.record(z.string(), z.string().nullable()) })
const api = {
  show: operation({
    method: 'GET', path: '/api/things/:id/parts/:partId', summary: 's', access: 'user', callers: ['task'], status: 200,
    query: z.object({ at: z.string().optional(), limit: z.coerce.number().default(5) }), reply: Reply,
  }),
  make: operation({
    method: 'POST', path: '/internal/things', summary: 's', access: 'internal', callers: ['task'], status: 201,
    body: z.object({ title: z.string() }), reply: Reply, errors: { 'title-taken': 409 },
  }),
  drop: operation({ method: 'DELETE', path: '/internal/things/:id', summary: 's', access: 'internal', callers: ['task'], status: 204 }),
}
const ann = { userId: 'ann', organizationId: 'o1', role: 'member', sessionId: 's1' } as const
const dapr = memoryDapr()
const things = client(api, 'project', dapr)
let server: TestServer
beforeAll(async () => {
  server = await testServer([serve(api, {
    show: async ({ params, query, actor }) => ({ body: { id: `${params.id}/${params.partId}`, said: { at: query.at ?? null, limit: String(query.limit), who: actor.userId } } }),
    make: async ({ body, meta, newId, traceId }) => {
      if (body.title === 'taken') throw new Refused('rule', 'title-taken', 'It is taken.', { by: ['x'] })
      if (body.title === 'broken') throw new Error('inside')
      return { body: { id: newId(), said: { correlation: meta.correlationId, causation: meta.causationId, ip: meta.ip ?? null, trace: traceId, actor: meta.actor } } }
    },
    drop: async () => ({}),
  })])
  dapr.answer('project', server.peer('task'))
})
afterAll(() => server.close())
const meta = { correlationId: 'c-1', commandId: 'cmd-1', ip: '203.0.113.9' }

describe('a typed client', () => {
  it('puts path and query together and forwards the person', async () => {
    expect(await things.show({ params: { id: 'a b', partId: 'x' }, token: testToken(ann) }).catch((e: unknown) => e)).toMatchObject({ kind: 'invalid', code: 'invalid' })
    const shown = await things.show({ params: { id: 'a', partId: 'x' }, query: { at: 'now & then' }, token: testToken(ann) })
    expect(shown).toEqual({ id: 'a/x', said: { at: 'now & then', limit: '5', who: 'ann' } })
  })
  it('hands on trace, correlation, causation and address', async () => {
    const work = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, correlationId: 'other' }
    const { said } = await inContext(work, () => things.make({ body: { title: 'A' }, meta }))
    expect(said).toEqual({ correlation: 'c-1', causation: 'cmd-1', ip: '203.0.113.0/24', trace: 'a'.repeat(32), actor: 'service:task' })
  })
  it('names no network where a service acts by itself, and not that of the own sidecar', async () => {
    expect((await things.make({ body: { title: 'A' } })).said).toMatchObject({ ip: null, actor: 'service:task' })
  })
  it('makes a repeated POST harmless with a key', async () => {
    const make = () => things.make({ body: { title: 'A' }, meta, idempotencyKey: 'k1' })
    expect(await make()).toEqual(await make())
  })
  it('sends what services send each other, which is longer than what people may send, and is told when it is too long', async () => {
    const make = (length: number) => things.make({ body: { title: 'x'.repeat(length) } })
    expect(await make(3_000_000)).toMatchObject({ id: expect.any(String) })
    await expect(make(5_000_000)).rejects.toMatchObject({ kind: 'invalid', code: 'body-too-large' })
  })
  it('answers nothing for 204', async () => {
    expect(await things.drop({ params: { id: 'a' } })).toBeUndefined()
  })
  it('throws the same refusal that the other service made', async () => {
    const error = await things.make({ body: { title: 'taken' } }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(Refused)
    expect(error).toMatchObject({ kind: 'rule', code: 'title-taken', message: 'It is taken.', detail: { by: ['x'] } })
    expect(await things.show({ params: { id: 'a', partId: 'x' } }).catch((e: unknown) => e)).toMatchObject({ kind: 'unauthenticated', code: 'token-missing' })
  })
  it('calls whatever is no refusal an outage', async () => {
    const outage = { kind: 'unavailable', code: 'project-unavailable' }
    await expect(things.make({ body: { title: 'broken' } })).rejects.toMatchObject(outage)
    const answers = client(api, 'project', { invoke: async () => ({ status: 200, headers: {}, body: { id: 7 } }) })
    await expect(answers.make({ body: { title: 'A' } })).rejects.toMatchObject(outage)
    const gone = client(api, 'project', { invoke: async () => { throw new DaprError('timeout', 'late') } })
    await expect(gone.make({ body: { title: 'A' } })).rejects.toMatchObject(outage)
    const nothing = client(api, 'project', { invoke: async () => ({ status: 200, headers: {}, body: undefined }) })
    await expect(nothing.drop({ params: { id: 'a' } })).rejects.toMatchObject(outage)
    const page = client(api, 'project', { invoke: async () => ({ status: 502, headers: {}, body: '<html>' }) })
    await expect(page.make({ body: { title: 'A' } })).rejects.toMatchObject(outage)
  })
})
