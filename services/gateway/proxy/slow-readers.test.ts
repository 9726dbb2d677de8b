import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Pool } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { taskApi } from '../../shared/contracts/task/http.ts'
import { peerBreakers } from '../../shared/kit/dapr/peer-breakers.ts'
import { createApp } from '../../shared/kit/http/server/app.ts'
import { listen } from '../../shared/kit/http/server/listen.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { forwarder, type ForwardOptions } from './forward.ts'
import type { Target } from './route-table.ts'

const listTasks: Target = { service: 'task', name: 'listTasks', operation: taskApi.listTasks }
const createTask: Target = { service: 'task', name: 'createTask', operation: taskApi.createTask }
const long = Buffer.alloc(20_000_000, 0x20)
const undo: (() => unknown)[] = []
afterEach(async () => { for (const stop of undo.splice(0).toReversed()) await stop() })

/** A gateway before a service whose lists are long, over few connections. */
const gateway = async (limits: Pick<ForwardOptions, 'slowReaders' | 'bodies' | 'timeoutMs'>) => {
  const behind = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' }).end(request.url?.includes('long') ? long : '{}')
    })
  }).listen(0, '127.0.0.1')
  await once(behind, 'listening')
  const address = behind.address()
  const sidecar = new Pool(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, { connections: 4 })
  const forward = forwarder({ sidecar, circuit: peerBreakers(), appIdPrefix: '', ...limits })
  const app = createApp({ logger: silentLogger }, [ctx => forward(ctx, ctx.method === 'POST' ? createTask : listTasks, ctx.path.slice(1).split('/'))])
  const { url, port, server, drain } = await listen(app, 0, '127.0.0.1')
  undo.push(() => { behind.close() }, () => sidecar.destroy(), () => drain(100))
  return { url, port, connections: promisify(server.getConnections.bind(server)) }
}
const client = (port: number, request: string): Socket => {
  const socket = connect(port, '127.0.0.1').on('error', () => {}).pause()
  socket.write(request)
  undo.push(() => { socket.destroy() })
  return socket
}
/** A rest in many short ones: while the machine stands still one of them ends, and whatever else is due still has its turns. */
const rest = async (ms: number): Promise<void> => { for (let i = 0; i < ms; i += 20) await pause(20) }
const get = 'GET /api/tasks?long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'

describe('who does not read', () => {
  it('takes none of the connections that others need, and who reads gets all', async () => {
    // Who reads, and is kept from it by the machine for a moment, takes the place of one who does not.
    const { url, port } = await gateway({ slowReaders: { most: 2, mostEach: 3, patienceMs: 0 }, timeoutMs: 20_000 })
    let cut = 0
    const deaf = Array.from({ length: 4 }, () => client(port, get).on('close', () => { cut += 1 }))
    await rest(1_500)
    const answers = await Promise.all(Array.from({ length: 8 }, async (_, i) => {
      const answer = await fetch(`${url}/api/tasks${i === 0 ? '?long' : ''}`)
      return [answer.status, (await answer.arrayBuffer()).byteLength]
    }))
    expect(answers).toEqual([[200, long.length], ...Array(7).fill([200, 2])])
    for (const socket of deaf) socket.resume()
    await expect.poll(() => cut).toBe(4)
  })
  it('gives way to who reads slowly', async () => {
    const { port, connections } = await gateway({ slowReaders: { most: 2, mostEach: 3, patienceMs: 300 } })
    const deaf = [client(port, get), client(port, get)]
    await rest(1_500)
    const slow = client(port, get)
    await expect.poll(connections).toBe(3)
    let read = 0
    const over = once(slow, 'end')
    slow.on('readable', () => {})
    for (; await connections() === 3; await pause(600)) read += slow.read(64 * 1024)?.length ?? 0
    slow.removeAllListeners('readable').on('data', (chunk: Buffer) => { read += chunk.length }).resume()
    await over
    expect(read).toBeGreaterThan(long.length)
    const got = await Promise.all(deaf.map(async socket => {
      let bytes = 0
      socket.on('data', (chunk: Buffer) => { bytes += chunk.length }).resume()
      await once(socket, 'close')
      return bytes > long.length
    }))
    expect(got.toSorted()).toEqual([false, true])
  })
})

describe('a body', () => {
  it('that does not go on arriving gives way to others, and its sender is told', async () => {
    const { url, port } = await gateway({ bodies: { most: 3_000, mostEach: 5_000, patienceMs: 300 } })
    const stalled = client(port, `POST /api/tasks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n${'x'.repeat(2_500)}`)
    await rest(400)
    await expect.poll(async () => (await fetch(`${url}/api/tasks`, { method: 'POST', body: 'x'.repeat(1_000) })).status).toBe(201)
    const [told] = await once(stalled.resume(), 'data')
    expect(String(told)).toMatch(/^HTTP\/1.1 503 [^]*"code":"busy"/)
  })
})
