import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'

export type Behind = (request: IncomingMessage & { app: string; path: string; text: string }, response: ServerResponse) => void
export type FakeSidecar = {
  port: number; calls: { app: string; method: string; path: string; headers: IncomingMessage['headers']; text: string }[]
  behind: Behind; close(): Promise<void>
}

/** TEST DOUBLE of daprd's invocation API: hands requests to `behind` as the apps would answer them. */
export const fakeSidecar = async (behind: Behind): Promise<FakeSidecar> => {
  const fake: FakeSidecar = { port: 0, calls: [], behind, close: async () => { server.closeAllConnections(); server.close(); await once(server, 'close') } }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => { chunks.push(chunk) })
    request.on('error', () => {})
    request.on('end', () => {
      const [, app = '', path = ''] = /^\/v1\.0\/invoke\/([^/]+)\/method(\/.*)$/.exec(request.url ?? '') ?? []
      const text = Buffer.concat(chunks).toString()
      fake.calls.push({ app, method: request.method ?? '', path, headers: request.headers, text })
      fake.behind(Object.assign(request, { app, path, text }), response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  fake.port = typeof address === 'object' && address ? address.port : 0
  return fake
}
