import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Problem } from '../../shared/contracts/problem.ts'
import { startGateway, type Harness } from './harness.ts'

let gateway: Harness
beforeAll(async () => { gateway = await startGateway() })
afterAll(() => gateway.stop())

describe('when a part is down the gateway says 503 at once', () => {
  const down = async (): Promise<[number, string, string | null]> => {
    const answer = await fetch(`${gateway.url}/api/tasks`)
    return [answer.status, Problem.parse(await answer.json()).code, answer.headers.get('retry-after')]
  }
  it.each([
    ['the sidecar cannot reach the service', 500, '{"errorCode":"ERR_DIRECT_INVOKE","message":"failed to invoke, id: task"}'],
    ['the sidecar may not', 403, '{"errorCode":"ERR_DIRECT_INVOKE","message":"access control"}'],
  ])('%s', async (_, status, body) => {
    gateway.sidecar.behind = (__, response) => { response.writeHead(status, { 'content-type': 'application/json' }).end(body) }
    expect(await down()).toEqual([503, 'dependency-unavailable', '2'])
  })
  it('the connection breaks', async () => {
    gateway.sidecar.behind = (_, response) => { response.socket?.destroy() }
    expect(await down()).toEqual([503, 'dependency-unavailable', '2'])
  })
  it('the connection behind the sidecar breaks, which it calls 200 with nothing in it', async () => {
    gateway.sidecar.behind = (_, response) => { response.writeHead(200).end() }
    expect(await down()).toEqual([503, 'dependency-unavailable', '2'])
  })
  it('something in between answers in words of its own', async () => {
    gateway.sidecar.behind = (_, response) => { response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>') }
    expect(await down()).toEqual([503, 'dependency-unavailable', '2'])
  })
})
