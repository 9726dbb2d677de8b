import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
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
const gateway = async (limits: Pick<ForwardOptions, 'slowReaders' | 'bodies'>) => {
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
  const { url, port, drain } = await listen(app, 0, '127.0.0.1')
  undo.push(() => { behind.close() }, () => sidecar.destroy(), () => drain(100))
  return { url, port }
}
const client = (port: number, request: string): Socket => {
  const socket = connect(port, '127.0.0.1').on('error', () => {}).pause()
  socket.write(request)
  undo.push(() => { socket.destroy() })
  return socket
}
const get = 'GET /api/tasks?long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'

describe('who does not read', () => {
  it('takes none of the connections that others need, and who reads gets all', async () => {
    const { url, port } = await gateway({ slowReaders: { most: 2, mostEach: 2 } })
    let cut = 0
    const deaf = Array.from({ length: 4 }, () => client(port, get).on('close', () => { cut += 1 }))
    await pause(1_500)
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => fetch(`${url}/api/tasks${i === 0 ? '?long' : ''}`)))
    expect(answers.map(answer => answer.status)).toEqual(Array(8).fill(200))
    expect((await answers[0]!.arrayBuffer()).byteLength).toBe(long.length)
    for (const socket of deaf) socket.resume()
    await expect.poll(() => cut).toBe(4)
  }, 15_000)
  it('gives way to who reads slowly', async () => {
    const { port } = await gateway({ slowReaders: { most: 2, mostEach: 3, patienceMs: 300 } })
    const deaf = [client(port, get), client(port, get)]
    await pause(600)
    const slow = client(port, get)
    let read = 0
    const over = once(slow, 'end')
    slow.on('readable', () => {})
    for (const until = performance.now() + 1_200; performance.now() < until; await pause(600)) read += slow.read(64 * 1024)?.length ?? 0
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
  }, 15_000)
})

describe('a body', () => {
  it('that does not go on arriving gives way to others, and its sender is told', async () => {
    const { url, port } = await gateway({ bodies: { most: 3_000, mostEach: 5_000, patienceMs: 300 } })
    const stalled = client(port, `POST /api/tasks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n${'x'.repeat(2_500)}`)
    await pause(400)
    const { status } = await fetch(`${url}/api/tasks`, { method: 'POST', body: 'x'.repeat(1_000) })
    expect(status).toBe(201)
    const [told] = await once(stalled.resume(), 'data')
    expect(String(told)).toMatch(/^HTTP\/1.1 503 [^]*"code":"busy"/)
  })
})
