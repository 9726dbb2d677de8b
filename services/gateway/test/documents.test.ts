import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ClientFrame, closeCodes, ServerFrame } from '../../shared/contracts/gateway/live.ts'
import { startGateway, type Harness } from './harness.ts'

const OpenApi = z.looseObject({
  info: z.object({ description: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ security: z.array(z.looseObject({})) }))),
})
const Channel = z.looseObject({ address: z.string(), description: z.string(), messages: z.record(z.string(), z.unknown()) })
let gateway: Harness
let text: string
beforeAll(async () => {
  gateway = await startGateway()
  text = await (await fetch(`${gateway.url}/openapi.json`)).text()
})
afterAll(() => gateway.stop())

describe('the document of the whole platform', () => {
  it('begins with what all operations have in common', () => {
    const { description } = OpenApi.parse(JSON.parse(text)).info
    for (const said of ['Authorization: Bearer', 'If-Match', 'Idempotency-Key', 'nextCursor', 'problem+json', '/ws']) expect(description).toContain(said)
  })
  it('names what the gateway answers about itself, and each of it is there', async () => {
    const { paths } = OpenApi.parse(JSON.parse(text))
    const own = ['/health/live', '/health/ready', '/health/dependencies', '/openapi.json', '/asyncapi.json', '/docs']
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(own))
    expect(await Promise.all(own.map(async path => (await fetch(gateway.url + path)).status))).toEqual(own.map(() => 200))
    // For its own machine only.
    expect(Object.keys(paths)).not.toContain('/metrics')
  })
  it('knows the cookie that keeps a browser signed in', () => {
    const { paths } = OpenApi.parse(JSON.parse(text))
    const cookieOrNothing = [{ 'cybertask-refresh': [] }, {}]
    expect(['/api/users/token/refresh', '/api/users/logout'].map(path => paths[path]?.['post']?.security)).toEqual([cookieOrNothing, cookieOrNothing])
    expect(['register', 'login', 'token/refresh'].every(path => JSON.stringify(paths[`/api/users/${path}`]).includes('"Set-Cookie"'))).toBe(true)
  })
})

it('the document of the events describes the socket: every frame, and every way in which it closes', async () => {
  const { channels: { ws } } = z.object({ channels: z.object({ ws: Channel }) }).parse(await (await fetch(`${gateway.url}/asyncapi.json`)).json())
  expect([ws.address, Object.keys(ws.messages)]).toEqual(['/ws', [...ClientFrame.options, ...ServerFrame.options].map(frame => frame.shape.type.value)])
  for (const code of [1001, 1003, 1008, 1009, ...Object.values(closeCodes)]) expect(ws.description).toContain(String(code))
})
