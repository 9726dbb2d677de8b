import Koa from 'koa'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appContract, type Delivery, type Subscriber } from './app-contract.ts'
import { job } from './jobs.ts'

let server: Server
let url: string
let answers: Delivery[]
let failing = false
const heard: unknown[] = []
const errors: string[] = []
const subscriber = (at: number): Subscriber => ({
  topics: [{ name: 'task-events' }],
  deliver: async (event, topic) => {
    if (failing) throw new Error('store down')
    heard.push({ event, topic })
    return answers[at] ?? 'SUCCESS'
  },
})
beforeAll(async () => {
  const app = new Koa()
  app.use(appContract({
    subscribers: [subscriber(0), subscriber(1)],
    actors: [{
      type: 'UserSaga', deactivate: async id => { heard.push({ gone: id }) },
      call: async (id, method, body) => { if (failing) throw new Error('no'); return method === 'quiet' ? undefined : { id, method, body } },
      remind: async (id, name, data) => { if (failing) throw new Error('no'); heard.push({ id, name, data }) },
    }],
    jobs: [job('tick', async data => { if (failing) throw new Error('no'); heard.push({ job: data }) })],
    onError: (_, where) => { errors.push(where) },
  }).routes())
  const handle = app.callback()
  server = createServer((request, response) => { void handle(request, response) }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
})
afterAll(() => { server.closeAllConnections(); server.close() })
const ask = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
  const answer = await fetch(url + path, { method, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }) })
  const text = await answer.text()
  return { status: answer.status, body: answer.headers.get('content-type')?.includes('json') && text !== '' ? JSON.parse(text) : undefined }
}

const inBase64 = (text: string): string => Buffer.from(text).toString('base64')

describe('the app contract', () => {
  it('tells the sidecar what there is, each topic once', async () => {
    expect((await ask('GET', '/dapr/config')).body).toMatchObject({ entities: ['UserSaga'], drainOngoingCallTimeout: '10s' })
    expect((await ask('GET', '/dapr/subscribe')).body).toEqual([{
      pubsubname: 'pubsub', topic: 'task-events', routes: { rules: [], default: '/dapr/events/task-events' }, deadLetterTopic: 'dead-letters',
      metadata: { rawPayload: 'true' },
      bulkSubscribe: { enabled: true, maxMessagesCount: 100, maxAwaitDurationMs: 13 },
    }])
  })
  it('is done with an event when every consumer is', async () => {
    const delivered = async (...given: Delivery[]): Promise<unknown> => {
      answers = given
      failing = false
      return (await ask('POST', '/dapr/events/task-events', { id: 'e1' })).body
    }
    expect(await delivered('SUCCESS', 'SUCCESS')).toEqual({ status: 'SUCCESS' })
    expect(heard.at(-1)).toEqual({ event: { id: 'e1' }, topic: 'task-events' })
    expect(await delivered('SUCCESS', 'RETRY')).toEqual({ status: 'RETRY' })
  })
  it('answers for each of many events that come together', async () => {
    answers = ['SUCCESS', 'SUCCESS']
    failing = false
    const { body } = await ask('POST', '/dapr/events/task-events', {
      id: 'b1', topic: 'task-events', entries: [
        { entryId: 'x', event: inBase64('{"id":"e1"}'), contentType: 'application/octet-stream' },
        { entryId: 'y', event: { id: 'e2' } },
      ],
    })
    expect(body).toEqual({ statuses: [{ entryId: 'x', status: 'SUCCESS' }, { entryId: 'y', status: 'SUCCESS' }] })
    expect(heard.slice(-4).map(h => JSON.stringify(h))).toEqual(['e1', 'e1', 'e2', 'e2'].map(id => JSON.stringify({ event: { id }, topic: 'task-events' })))
    await ask('POST', '/dapr/events/task-events', { entries: [{ entryId: 'x', event: inBase64('no {JSON') }] })
    expect(heard.at(-1)).toEqual({ event: 'no {JSON', topic: 'task-events' })
    failing = true
    expect((await ask('POST', '/dapr/events/task-events', { entries: [{ entryId: 'x', event: {} }] })).body).toEqual({ statuses: [{ entryId: 'x', status: 'RETRY' }] })
    failing = false
  })
  it('never acknowledges what threw or cannot be read', async () => {
    failing = true
    expect((await ask('POST', '/dapr/events/task-events', { id: 'e1' })).body).toEqual({ status: 'RETRY' })
    failing = false
    expect((await ask('POST', '/dapr/events/task-events', '{"id":')).body).toEqual({ status: 'RETRY' })
    expect(errors.at(-1)).toBe('event of task-events')
  })
  it('runs actors: calls, reminders with and without data, the end', async () => {
    expect(await ask('PUT', '/actors/UserSaga/a.1/method/greet', { x: 1 })).toEqual({ status: 200, body: { id: 'a.1', method: 'greet', body: { x: 1 } } })
    expect(await ask('PUT', '/actors/UserSaga/a.1/method/quiet')).toEqual({ status: 200, body: undefined })
    await ask('PUT', '/actors/UserSaga/a.1/method/remind/drive', { data: { n: 1 }, dueTime: '', period: '' })
    await ask('PUT', '/actors/UserSaga/a.1/method/remind/drive', { dueTime: '', period: '' })
    await ask('DELETE', '/actors/UserSaga/a.1')
    expect(heard.slice(-3)).toEqual([{ id: 'a.1', name: 'drive', data: { n: 1 } }, { id: 'a.1', name: 'drive', data: undefined }, { gone: 'a.1' }])
    expect((await ask('PUT', '/actors/OtherSaga/a.1/method/greet')).status).toBe(404)
    expect((await ask('PUT', '/actors/UserSaga/a.1/method/timer/t')).status).toBe(500)
  })
  it('says 500 when an actor, a reminder or a job failed', async () => {
    failing = true
    const asked = [['PUT', '/actors/UserSaga/a.1/method/greet'], ['PUT', '/actors/UserSaga/a.1/method/remind/drive'], ['POST', '/job/tick']] as const
    for (const [method, path] of asked) expect((await ask(method, path, {})).status).toBe(500)
    failing = false
    expect((await ask('POST', '/job/tick', { a: 1 })).status).toBe(200)
    expect(heard.at(-1)).toEqual({ job: { a: 1 } })
  })
})
