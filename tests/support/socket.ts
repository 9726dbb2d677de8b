import { inject } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { userApi } from '../../services/shared/contracts/user/http.ts'
import { call } from './call.ts'
import { eventually } from './eventually.ts'
import type { Person } from './people.ts'

const Frame = z.object({
  type: z.string(), topic: z.string().optional(), seq: z.number().optional(),
  name: z.string().optional(), id: z.string().optional(), code: z.string().optional(),
}).loose()
export type Frame = z.infer<typeof Frame>
export type Socket = {
  frames: Frame[]
  send(frame: object): void
  /** Waits for a frame of which `wanted` is true. */
  frame(wanted: (frame: Frame) => boolean, ms?: number): Promise<Frame>
  closed: Promise<number>
  /** Cuts the connection without a closing handshake, as a lost network does. */
  cut(): void
}

/** Opens a WebSocket with a fresh ticket of this person. */
export const socketOf = async (person: Person): Promise<Socket> => {
  const { ticket } = await call(userApi.wsTicket, { token: person.token })
  return openSocket(ticket)
}
export const openSocket = async (ticket: string): Promise<Socket> => {
  const socket = new WebSocket(`${inject('gateway').replace('http', 'ws')}/ws?ticket=${encodeURIComponent(ticket)}`)
  const frames: Frame[] = []
  socket.on('message', (data: Buffer) => { frames.push(Frame.parse(JSON.parse(data.toString()))) })
  const closed = new Promise<number>(done => { socket.on('close', done) })
  await new Promise<void>((done, fail) => { socket.on('open', done); socket.on('error', fail) })
  return {
    frames, closed, send: frame => { socket.send(JSON.stringify(frame)) }, cut: () => { socket.terminate() },
    frame: (wanted, ms) => eventually(async () => frames.find(wanted), ms),
  }
}
