import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { event, operation, topic } from '../../../contracts/define.ts'
import { Id, page, paging } from '../../../contracts/primitives.ts'
import { asyncApi } from './asyncapi.ts'
import { docsPage } from './docs-page.ts'
import { openApi } from './openapi.ts'

const Thing = z.object({ id: Id, size: z.number().default(1) }).meta({ id: 'Thing' })
const api = {
  create: operation({ method: 'POST', path: '/api/things', summary: 'Creates', access: 'user', status: 201, body: z.object({ title: z.string(), part: z.object({ a: z.string() }).optional() }), reply: Thing, errors: { 'thing-taken': 409 } }),
  list: operation({ method: 'GET', path: '/api/things', summary: 'Lists', access: 'user', status: 200, query: z.object({ ...paging, label: z.array(z.string()).optional() }), reply: page(Thing) }),
  replace: operation({ method: 'PUT', path: '/api/things/:id', summary: 'Replaces', access: 'user', status: 200, body: Thing, reply: Thing }),
  file: operation({ method: 'GET', path: '/api/things/:id/file', summary: 'Loads', access: 'public', status: 200, produces: 'text/csv' }),
  inside: operation({ method: 'POST', path: '/internal/things', summary: 'For services', access: 'internal', callers: ['user'], status: 204 }),
}
const document = openApi({ title: 'T', server: 'http://x', apis: [{ tag: 'thing', api }] })
const at = (...path: string[]): unknown => path.reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined), document)

describe('the OpenAPI document', () => {
  it('has every public operation and no internal one', () => {
    expect(Object.keys(Object(document.paths))).toEqual(['/api/things', '/api/things/{id}', '/api/things/{id}/file'])
    expect(at('paths', '/api/things', 'post')).toMatchObject({ operationId: 'thing.create', security: [{ bearer: [] }] })
    expect(Object.keys(Object(openApi({ title: 'T', server: 'x', apis: [{ tag: 'thing', api }], internal: true }).paths))).toContain('/internal/things')
  })
  it('closes what is sent, at any depth', () => {
    expect(at('paths', '/api/things', 'post', 'requestBody', 'content', 'application/json', 'schema')).toMatchObject({ additionalProperties: false, required: ['title'], properties: { part: { additionalProperties: false } } })
  })
  it('names shared schemas once, and apart where what is sent differs from what comes', () => {
    expect(at('paths', '/api/things', 'get', 'responses', '200', 'content', 'application/json', 'schema', 'properties', 'items', 'items')).toEqual({ $ref: '#/components/schemas/Thing' })
    expect(at('components', 'schemas', 'Thing')).toMatchObject({ required: ['id', 'size'] })
    expect(at('components', 'schemas', 'ThingInput')).toMatchObject({ required: ['id'], additionalProperties: false })
  })
  it('names parameters, headers and every code of refusal', () => {
    expect(at('paths', '/api/things', 'get', 'parameters')).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'limit', in: 'query', required: false }), expect.objectContaining({ name: 'label', schema: expect.objectContaining({ type: 'array' }) })]))
    expect(at('paths', '/api/things/{id}', 'put', 'parameters')).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'id', in: 'path', required: true }), expect.objectContaining({ name: 'If-Match' })]))
    expect(Object.keys(Object(at('paths', '/api/things', 'post', 'responses')))).toEqual(['201', '400', '401', '403', '408', '409', '412', '413', '415', '422', '429', '431', '503'])
    expect(JSON.stringify(at('paths', '/api/things', 'post', 'responses', '409'))).toContain('thing-taken')
    expect(at('paths', '/api/things/{id}/file', 'get', 'responses', '200', 'content')).toHaveProperty('text/csv')
  })
  it('refers to nothing that is not there', () => {
    const text = JSON.stringify(document)
    for (const [, kind = '', name = ''] of text.matchAll(/#\/components\/(\w+)\/(\w+)/g)) expect(at('components', kind, name), name).toBeDefined()
    expect(text).not.toContain('$defs')
  })
})

describe('the AsyncAPI document', () => {
  it('has a channel per topic and a message per event', () => {
    const events = topic('thing-events', 'task', [event('ThingMade', 2, z.object({ thingId: Id }))])
    expect(asyncApi({ title: 'T', publishes: [events], consumes: [] })).toMatchObject({
      asyncapi: '3.0.0', channels: { 'thing-events': { messages: { ThingMade: { $ref: '#/components/messages/ThingMade' } } } }, operations: { 'send-thing-events': { action: 'send' } },
      components: { messages: { ThingMade: { payload: { properties: { type: { const: 'ThingMade' }, dataversion: { const: 2 }, data: { required: ['thingId'] } } } } } },
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
