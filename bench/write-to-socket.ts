import { WebSocket } from 'ws'
import { z } from 'zod'
import { newTask, post } from './team.ts'

const Frame = z.object({ type: z.string(), name: z.string().optional(), data: z.object({ taskId: z.string() }).loose().optional() }).loose()

/** Milliseconds from sending "create task" to the frame that shows it on another connection, one at a time on an idle system. */
export const writeToSocket = async (gateway: string, token: string, projectId: string, times: number): Promise<number[]> => {
  const { ticket } = z.object({ ticket: z.string() }).parse(await post(`${gateway}/api/users/ws-ticket`, {}, token))
  const socket = new WebSocket(`${gateway.replace('http', 'ws')}/ws?ticket=${ticket}`)
  const arrived = new Map<string, number>()
  let ready = () => {}
  const subscribed = new Promise<void>(done => { ready = done })
  socket.on('message', (data: Buffer) => {
    const frame = Frame.parse(JSON.parse(data.toString()))
    if (frame.type === 'subscribed') ready()
    if (frame.name === 'TaskCreated' && frame.data) arrived.set(frame.data.taskId, performance.now())
  })
  await new Promise<void>((done, fail) => { socket.on('open', done); socket.on('error', fail) })
  socket.send(JSON.stringify({ type: 'subscribe', topics: [`project:${projectId}`] }))
  await subscribed
  const samples: number[] = []
  for (let i = 0; i < times; i++) {
    const began = performance.now()
    const id = await newTask(gateway, token, projectId)
    const until = began + 10_000
    while (!arrived.has(id) && performance.now() < until) await new Promise(done => { setTimeout(done, 1) })
    samples.push((arrived.get(id) ?? Number.POSITIVE_INFINITY) - began)
    await new Promise(done => { setTimeout(done, 20) })
  }
  socket.close()
  return samples
}
