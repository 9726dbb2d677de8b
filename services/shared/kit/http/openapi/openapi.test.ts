import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { event, operation, topic } from '../../../contracts/define.ts'
import { CloudEvent } from '../../../contracts/feed.ts'
import { Id, page, paging } from '../../../contracts/primitives.ts'
import { asyncApi } from './asyncapi.ts'
import { docsPage } from './docs-page.ts'
import { openApi } from './openapi.ts'

const Thing = z.object({ id: Id, size: z.number().default(1) }).meta({ id: 'Thing' })
const api = {
  create: operation({
    method: 'POST', path: '/api/things', summary: 'Creates', access: 'user', status: 201,
    body: z.object({ title: z.string(), part: z.object({ a: z.string() }).optional() }), reply: Thing, errors: { 'thing-taken': 409 }, headers: ['Location'],
  }),
  list: operation({
    method: 'GET', path: '/api/things', summary: 'Lists', access: 'user', status: 200,
    query: z.object({ ...paging, label: z.array(z.string()).optional() }), reply: page(Thing),
  }),
  replace: operation({ method: 'PUT', path: '/api/things/:id', summary: 'Replaces', access: 'user', status: 200, body: Thing, reply: Thing }),
  file: operation({ method: 'GET', path: '/api/things/:id/file', summary: 'Loads', access: 'public', status: 200, produces: 'text/csv' }),
  enter: operation({ method: 'POST', path: '/api/enter', summary: 'Enters', access: 'public', status: 200, cookie: 'who', setsCookie: 'who', reply: Thing }),
  restore: operation({
    method: 'PUT', path: '/api/things/:id/restore', summary: 'Restores', access: 'user', status: 200,
    reply: Thing.extend({ version: z.number().int() }).meta({ id: 'Restored' }),
  }),
  ready: operation({ method: 'GET', path: '/health/ready', summary: 'Is it well', access: 'public', status: 200, also: 503, reply: Thing }),
  remove: operation({ method: 'DELETE', path: '/api/things/:id', summary: 'Removes', access: 'user', status: 204, headers: ['ETag'] }),
  text: operation({ method: 'GET', path: '/text', summary: 'Reads', access: 'public', status: 200, produces: 'text/html', headers: ['ETag'] }),
  inside: operation({ method: 'POST', path: '/internal/things', summary: 'For services', access: 'internal', callers: ['user'], status: 204 }),
}
const document = openApi({ title: 'T', server: 'http://x', apis: [{ tag: 'thing', api }] })
const at = (...path: string[]): unknown => path.reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined), document)

describe('the OpenAPI document', () => {
  it('has every public operation and no internal one', () => {
    expect(Object.keys(Object(document.paths))).toEqual(['/api/things', '/api/things/{id}', '/api/things/{id}/file', '/api/enter', '/api/things/{id}/restore', '/health/ready', '/text'])
    expect(at('paths', '/api/things', 'post')).toMatchObject({ operationId: 'thing.create', security: [{ bearer: [] }] })
    expect(Object.keys(Object(openApi({ title: 'T', server: 'x', apis: [{ tag: 'thing', api }], internal: true }).paths))).toContain('/internal/things')
  })
  it('closes what is sent, at any depth', () => {
    const sent = at('paths', '/api/things', 'post', 'requestBody', 'content', 'application/json', 'schema')
    expect(sent).toMatchObject({ additionalProperties: false, required: ['title'], properties: { part: { additionalProperties: false } } })
  })
  it('names shared schemas once, and apart where what is sent differs from what comes', () => {
    const listed = at('paths', '/api/things', 'get', 'responses', '200', 'content', 'application/json', 'schema', 'properties', 'items', 'items')
    expect(listed).toEqual({ $ref: '#/components/schemas/Thing' })
    expect(at('components', 'schemas', 'Thing')).toMatchObject({ required: ['id', 'size'] })
    expect(at('components', 'schemas', 'ThingInput')).toMatchObject({ required: ['id'], additionalProperties: false })
  })
  it('names parameters, headers and every code of refusal', () => {
    expect(at('paths', '/api/things', 'get', 'parameters')).toEqual(expect.arrayContaining([
      expect.objectContaining({ name: 'limit', in: 'query', required: false }),
      expect.objectContaining({ name: 'label', schema: expect.objectContaining({ type: 'array' }) }),
    ]))
    expect(at('paths', '/api/things/{id}', 'put', 'parameters')).toEqual(expect.arrayContaining([
      expect.objectContaining({ name: 'id', in: 'path', required: true }),
      expect.objectContaining({ name: 'If-Match' }),
    ]))
    expect(Object.keys(Object(at('paths', '/api/things', 'post', 'responses')))).toEqual(['201', '400', '401', '403', '408', '409', '413', '415', '422', '429', '431', '503'])
    expect(JSON.stringify(at('paths', '/api/things', 'post', 'responses', '409'))).toContain('thing-taken')
    expect(at('paths', '/api/things/{id}/file', 'get', 'responses', '200', 'content')).toHaveProperty('text/csv')
  })
  it('names If-Match and 412 where a version is compared, and an ETag where one is shown', () => {
    const named = (path: string, method: string) => [
      JSON.stringify(at('paths', path, method, 'parameters')).includes('If-Match'),
      at('paths', path, method, 'responses', '412') !== undefined,
      at('paths', path, method, 'responses', '200', 'headers', 'ETag') !== undefined,
    ]
    expect(named('/api/things/{id}/restore', 'put')).toEqual([true, true, true])
    expect(named('/api/enter', 'post')).toEqual([false, false, false])
    expect(named('/api/things', 'get')).toEqual([false, false, false])
  })
  it('names what else an answer carries: where the new thing is, what version there is now, when to come back, what to do instead', () => {
    const carried = (path: string, method: string, status: string) => Object.keys(Object(at('paths', path, method, 'responses', status, 'headers')))
    expect(carried('/api/things', 'post', '201')).toContain('Location')
    expect(carried('/api/things', 'post', '409')).toEqual(['Retry-After'])
    expect([carried('/api/things/{id}', 'delete', '204'), carried('/text', 'get', '200'), carried('/text', 'get', '304')].map(names => names.includes('ETag'))).toEqual([true, true, true])
    expect(JSON.stringify(at('paths', '/text', 'get', 'parameters'))).toContain('If-None-Match')
    expect(['401', '405', '415'].map(status => Object.keys(Object(at('components', 'responses', `Problem${status}`, 'headers'))))).toEqual([['WWW-Authenticate'], ['Allow'], ['Accept']])
  })
  it('says which cookie is read and which is set, and that it is not the only way', () => {
    expect(at('components', 'securitySchemes', 'who')).toMatchObject({ type: 'apiKey', in: 'cookie', name: 'who' })
    expect(at('paths', '/api/enter', 'post', 'security')).toEqual([{ who: [] }, {}])
    expect(at('paths', '/api/enter', 'post', 'responses', '200', 'headers', 'Set-Cookie')).toEqual(expect.anything())
  })
  it('shows what is answered when something is not well', () => {
    expect(at('paths', '/health/ready', 'get', 'responses', '503', 'content', 'application/json', 'schema')).toEqual({ $ref: '#/components/schemas/Thing' })
  })
  it('refers to nothing that is not there', () => {
    const text = JSON.stringify(document)
    for (const [, kind = '', name = ''] of text.matchAll(/#\/components\/(\w+)\/(\w+)/g)) expect(at('components', kind, name), name).toBeDefined()
    expect(text).not.toContain('$defs')
  })
})

const thingEvents = topic('thing-events', 'task', [
  event('ThingMade', 2, z.object({ thingId: Id })),
  event('ThingLost', 1, z.object({}), { planned: true }),
])
const events = asyncApi({ title: 'T', publishes: [thingEvents], consumes: [] })
const Messages = z.object({ components: z.object({ messages: z.record(z.string(), z.object({ summary: z.string(), payload: z.unknown() })) }) })
const messageOf = (type: string) => Messages.parse(events).components.messages[type]
const [payloadOf, summaryOf] = [(type: string) => messageOf(type)?.payload, (type: string) => messageOf(type)?.summary]

describe('the AsyncAPI document', () => {
  it('has a channel per topic and a message per event', () => {
    expect(events).toMatchObject({
      asyncapi: '3.0.0',
      channels: { 'thing-events': { messages: { ThingMade: { $ref: '#/components/messages/ThingMade' } } } },
      operations: { 'send-thing-events': { action: 'send' } },
      components: { messages: { ThingMade: { payload: { properties: { type: { const: 'ThingMade' }, dataversion: { const: 2 }, data: { required: ['thingId'] } } } } } },
    })
  })
  it('asks of an event what those who follow it ask', () => {
    const event: Record<string, unknown> = {
      specversion: '1.0', id: 'e', source: 'task', type: 'ThingMade', subject: 't', time: '2026-05-04T10:00:00.000Z', data: {}, dataversion: 1,
      organizationid: 'o', partition: 0, position: 0, previous: -1, aggregateversion: 1, actor: 'u', correlationid: 'c',
    }
    const { required, properties } = z.object({ required: z.array(z.string()), properties: z.record(z.string(), z.looseObject({})) }).parse(payloadOf('ThingMade'))
    const asked = Object.keys(event).filter(name => name !== 'data' && !CloudEvent.safeParse({ ...event, [name]: undefined }).success)
    expect(asked.toSorted()).toEqual(required.filter(name => name !== 'data').toSorted())
    expect([CloudEvent.safeParse({ ...event, causationid: null }).success, properties['causationid']]).toEqual([false, expect.objectContaining({ type: 'string' })])
  })
  it('shows the versions of an event that feeds still give beside the newest', () => {
    const made = event('ThingMade', 3, z.object({ id: Id }), { from: { older: event('ThingMade', 2, z.object({ thingId: Id })), lift: ({ thingId }) => ({ id: thingId }) } })
    expect(asyncApi({ title: 'T', publishes: [topic('thing-events', 'task', [made])], consumes: [] })).toMatchObject({
      channels: { 'thing-events': { messages: { 'ThingMade': { $ref: '#/components/messages/ThingMade' }, 'ThingMade.v2': { $ref: '#/components/messages/ThingMade.v2' } } } },
      components: { messages: {
        'ThingMade': { summary: 'Version 3' },
        'ThingMade.v2': {
          name: 'ThingMade', summary: 'Version 2', payload: { properties: { dataversion: { const: 2 }, data: { required: ['thingId'] } } },
        },
      } },
    })
  })
  it('says of an event that nobody publishes it yet', () => {
    expect([summaryOf('ThingMade'), summaryOf('ThingLost')]).toEqual(['Version 2', 'Version 1; not published yet'])
  })
})

describe('the AsyncAPI document of a socket', () => {
  const frames = (type: string, more: Record<string, z.ZodType> = {}) => z.object({ type: z.literal(type), ...more })
  const socket = {
    path: '/ws', description: 'Close code 4401: sign in again.', query: z.object({ ticket: z.string() }),
    fromClient: z.discriminatedUnion('type', [frames('say', { text: z.string() })]),
    fromServer: z.discriminatedUnion('type', [frames('said'), frames('pong')]),
  } as const
  const { channels, operations } = asyncApi({ title: 'T', publishes: [], consumes: [], socket })
  it('has its frames in both directions, and its words', () => {
    expect(channels).toMatchObject({ ws: {
      address: '/ws', description: socket.description, bindings: { ws: { query: { required: ['ticket'] } } },
      messages: { say: { payload: { required: ['type', 'text'] } }, said: {}, pong: {} },
    } })
    expect(operations).toEqual({
      'receive-ws': { action: 'receive', channel: { $ref: '#/channels/ws' }, messages: [{ $ref: '#/channels/ws/messages/say' }] },
      'send-ws': { action: 'send', channel: { $ref: '#/channels/ws' }, messages: [{ $ref: '#/channels/ws/messages/said' }, { $ref: '#/channels/ws/messages/pong' }] },
    })
  })
})

describe('the page of the document', () => {
  const { html, policy } = docsPage('A <b> title', JSON.stringify({ ...document, note: '</script><script>alert(1)</script>' }))
  it('runs only its own script, and takes nothing from elsewhere', () => {
    expect(policy).toMatch(/default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-/)
    expect(html).not.toMatch(/https?:\/\/(?!x\b|localhost)[^"\\]*\.(?:js|css)|<link|src=/)
    expect(html.match(/<script/g)).toHaveLength(2)
    expect(html).toContain('A &lt;b> title')
  })
})
