import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { newTask, post } from './team.ts'

const Frame = z.object({ type: z.string(), name: z.string().optional(), data: z.object({ taskId: z.string() }).loose().optional() }).loose()
const WAIT_MS = 10_000
const REST_MS = 20

/** Notes when something of an id arrived, and lets one wait for it. */
export const arrivals = () => {
  const at = new Map<string, number>()
  return {
    note: (id: string): void => { if (!at.has(id)) at.set(id, performance.now()) },
    /** Milliseconds from `began` until it came; no end when it did not come. */
    since: async (began: number, id: string): Promise<number> => {
      while (!at.has(id) && performance.now() < began + WAIT_MS) await sleep(1)
      return (at.get(id) ?? Number.POSITIVE_INFINITY) - began
    },
  }
}

/** Milliseconds of `work` from its beginning to the arrival of what it answers, one at a time with a rest between. */
export const oneByOne = async (times: number, work: () => Promise<string>, came: ReturnType<typeof arrivals>): Promise<number[]> => {
  const samples: number[] = []
  for (let i = 0; i < times; i++) {
    const began = performance.now()
    samples.push(await came.since(began, await work()))
    await sleep(REST_MS)
  }
  return samples
}

/** A socket that follows a project: from sending "create task" to the frame that shows it on this other connection. */
export const socketOf = async (gateway: string, token: string, projectId: string): Promise<{ measure(times: number): Promise<number[]>; close(): void }> => {
  const { ticket } = z.object({ ticket: z.string() }).parse(await post(`${gateway}/api/users/ws-ticket`, {}, token))
  const socket = new WebSocket(`${gateway.replace('http', 'ws')}/ws?ticket=${ticket}`)
  const came = arrivals()
  const subscribed = Promise.withResolvers<void>()
  socket.on('message', (data: Buffer) => {
    const frame = Frame.parse(JSON.parse(data.toString()))
    if (frame.type === 'subscribed') subscribed.resolve()
    if (frame.name === 'TaskCreated' && frame.data) came.note(frame.data.taskId)
  })
  await new Promise<void>((done, fail) => { socket.on('open', done); socket.on('error', fail) })
  socket.send(JSON.stringify({ type: 'subscribe', topics: [`project:${projectId}`] }))
  await subscribed.promise
  return { measure: times => oneByOne(times, () => newTask(gateway, token, projectId), came), close: () => { socket.close() } }
}
