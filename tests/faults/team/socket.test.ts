import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, it } from 'vitest'
import { WebSocketServer, type WebSocket as Line } from 'ws'
import { ClientFrame } from '../../../services/shared/contracts/gateway/live.ts'
import { doorTo } from './door.ts'
import { newLedger } from './ledger.ts'
import { watch } from './socket.ts'
import { newTally } from './tally.ts'

/** A gateway that answers each subscription, one after the other, and says from where it was asked to go on. */
const gateway = async (...answers: readonly ((line: Line) => void)[]) => {
  const server = createServer((_, response) => { response.writeHead(201, { 'content-type': 'application/json' }).end('{"ticket":"t","expiresIn":30}') })
  const asked: (number | undefined)[] = []
  const sockets = new WebSocketServer({ server }).on('connection', line => {
    line.on('message', (data: Buffer) => {
      const frame = ClientFrame.parse(JSON.parse(data.toString('utf8')))
      if (frame.type === 'ping') say(line, { type: 'pong' })
      if (frame.type !== 'subscribe') return
      answers[asked.length]?.(line)
      asked.push(frame.after)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const drop = (): void => { for (const line of sockets.clients) line.terminate() }
  return { asked, drop, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, close: () => { drop(); sockets.close(); server.close() } }
}
const say = (line: Line, frame: object): void => { line.send(JSON.stringify(frame)) }
const begun = (seq: number) => (line: Line): void => { say(line, { type: 'subscribed', topics: ['me'], seq }) }
const event = (seq: number) => (line: Line): void => {
  say(line, {
    type: 'event', topic: 'me', seq, id: `e${seq}`, name: 'TaskUpdated', at: '2026-01-01T00:00:00.000Z',
    actor: 'u', subject: 't', version: seq, data: {},
  })
}
const end = (line: Line): void => { line.close() }
const all = (...steps: readonly ((line: Line) => void)[]) => (line: Line): void => { for (const step of steps) step(line) }

it('who watches goes on from what he was shown, not from what was still on its way when the line broke', async () => {
  const { asked, drop, url, close } = await gateway(
    begun(5),
    all(begun(9), end),
    all(begun(9), event(6), event(9)),
    all(begun(20), line => { say(line, { type: 'gap', seq: 20 }) }),
  )
  const watcher = await watch(doorTo(url, newLedger(), newTally()), url, { token: () => 't' }, ['me'], 10)
  try {
    drop()
    await expect.poll(() => watcher.shown.map(frame => frame.id), { interval: 5 }).toEqual(['e6', 'e9'])
    drop()
    await expect.poll(() => watcher.gaps, { interval: 5 }).toMatchObject([{ after: 2 }])
    expect(asked).toEqual([undefined, 5, 5, 9])
  } finally {
    watcher.close()
    close()
  }
})
