import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'undici'
import { expect, it } from 'vitest'
import { taskApi } from '../../shared/contracts/task/http.ts'
import { peerBreakers } from '../../shared/kit/dapr/peer-breakers.ts'
import { createApp } from '../../shared/kit/http/server/app.ts'
import { listen } from '../../shared/kit/http/server/listen.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { forwarder } from './forward.ts'
import type { Target } from './route-table.ts'

const listTasks: Target = { service: 'task', name: 'listTasks', operation: taskApi.listTasks }
const long = Buffer.alloc(20_000_000, 0x20)

it('who does not read takes none of the connections that others need, and who reads gets all', async () => {
  const behind = createServer((request, response) => { response.writeHead(200, { 'content-type': 'application/json' }).end(request.url?.includes('long') ? long : '{}') }).listen(0, '127.0.0.1')
  await once(behind, 'listening')
  const address = behind.address()
  const sidecar = new Pool(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, { connections: 4 })
  const forward = forwarder({ sidecar, circuit: peerBreakers(), appIdPrefix: '', slowReaders: { most: 2, mostEach: 2 } })
  const { url, port, drain } = await listen(createApp({ logger: silentLogger }, [ctx => forward(ctx, listTasks, ctx.path.slice(1).split('/'))]), 0, '127.0.0.1')
  let cut = 0
  const deaf = Array.from({ length: 4 }, () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {}).on('close', () => { cut += 1 })
    socket.pause().write('GET /api/tasks?long HTTP/1.1\r\nHost: x\r\n\r\n')
    return socket
  })
  await pause(1_500)
  const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => fetch(`${url}/api/tasks${i === 0 ? '?long' : ''}`)))
  expect(answers.map(answer => answer.status)).toEqual(Array(8).fill(200))
  expect((await answers[0]!.arrayBuffer()).byteLength).toBe(long.length)
  for (const socket of deaf) socket.resume()
  await expect.poll(() => cut).toBe(2)
  for (const socket of deaf) socket.destroy()
  await drain(100)
  await sidecar.destroy()
  behind.close()
}, 15_000)
