import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocketServer, type WebSocket as Line } from 'ws'
import { ClientFrame } from '../../services/shared/contracts/gateway/live.ts'
import { openSocket } from './socket.ts'

/** A gateway that answers each subscription with the next of these, and says from where it was asked to go on. Behind each pong something happens. */
const gateway = async (...answers: readonly ((say: (...frames: object[]) => void, line: Line) => void)[]) => {
  const server = createServer()
  const asked: (number | undefined)[] = []
  const sockets = new WebSocketServer({ server }).on('connection', line => {
    const say = (...frames: object[]): void => { for (const frame of frames) line.send(JSON.stringify(frame)) }
    line.on('message', (data: Buffer) => {
      const frame = ClientFrame.parse(JSON.parse(data.toString('utf8')))
      if (frame.type === 'ping') say({ type: 'pong' }, event(10 * asked.length))
      if (frame.type !== 'subscribe') return
      asked.push(frame.after)
      answers[asked.length - 1]?.(say, line)
    })
  })
  const drop = (): void => { for (const line of sockets.clients) line.terminate() }
  onTestFinished(() => { drop(); sockets.close(); server.close() })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const frames = await openSocket({ users: { wsTicket: async () => ({ ticket: 't', expiresIn: 30 }) } }, url, { token: async () => 't' }, 1)
  onTestFinished(() => { frames.close() })
  return { asked, frames, drop }
}
const subscribed = (seq: number) => ({ type: 'subscribed', topics: ['me'], seq })
const resumed = (seq: number) => ({ type: 'resumed', seq })
const event = (seq: number) => ({
  type: 'event', topic: 'me', seq, id: `e${seq}`, name: 'TaskUpdated', at: '2026-01-01T00:00:00.000Z', actor: 'u', subject: 't', version: seq, data: {},
})

it('who breaks off while he asks for older things of one topic comes back for them, and goes on from the newest when he has them all', async () => {
  const { asked, frames, drop } = await gateway(
    say => { say(subscribed(5)) },
    (say, line) => { say(event(9), subscribed(3), resumed(3), event(4)); line.close() },
    say => { say(subscribed(3), resumed(3), event(4), event(7), event(9), resumed(12)) },
  )
  await expect.poll(() => frames.now()).toBe(5)
  frames.follow('project:p1', 3)
  await expect.poll(() => frames.now()).toBe(30)
  expect(frames.byName()).toEqual(new Map([['TaskUpdated', 4]]))
  drop()
  await expect.poll(() => asked).toEqual([undefined, 3, 3, 30])
})
