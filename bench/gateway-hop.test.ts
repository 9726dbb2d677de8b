import { createServer } from 'node:http'
import { expect, it } from 'vitest'
import { BLOCK, gatewayHop } from './gateway-hop.ts'

it('the gateway and the raw invocation take turns in blocks, so that neither is called more often than the other; every other turn the other way round', async () => {
  const called: string[] = []
  const server = createServer(({ url = '' }, response) => { called.push(url); response.end('ok') })
  await new Promise<void>(done => { server.listen(0, '127.0.0.1', done) })
  const address = server.address()
  const hop = (path: string) => ({ url: `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`, path, headers: {} })
  const { raw, gateway, added } = await gatewayHop(hop('/gateway'), hop('/raw'), 4 * BLOCK, 0)
  server.close()
  expect(added).toBe(gateway - raw)
  expect(called.filter((_, i) => i % BLOCK === 0)).toEqual(['raw', 'gateway', 'gateway', 'raw', 'raw', 'gateway', 'gateway', 'raw'].map(side => `/${side}`))
  expect(called.filter((path, i) => i > 0 && path !== called[i - 1])).toHaveLength(4)
})
