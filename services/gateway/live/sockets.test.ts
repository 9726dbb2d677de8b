import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import WebSocket from 'ws'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { audience as newAudience } from './audience.ts'
import { hub as newHub, type Hub } from './hub.ts'
import { journal as newJournal, type Journal } from './journal.ts'
import { memberships as newMemberships } from './memberships.ts'
import type { Session } from './session.ts'
import { sockets } from './sockets.ts'
import { tokenStatus as newTokenStatus } from './token-status.ts'

const pingMs = 60_000
let server: Server
let hub: Hub
let journal: Journal
let letGo: () => Promise<void>
let looking: PromiseWithResolvers<void>
let looked: PromiseWithResolvers<void>
beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  journal = newJournal(1)
  const [audience, memberships, tokenStatus] = [newAudience<Session>(), newMemberships({ of: async () => [], exists: async () => false }), newTokenStatus()]
  hub = newHub({ audience, journal, memberships, tokenStatus })
  ;[looking, looked] = [Promise.withResolvers(), Promise.withResolvers()]
  ;({ letGo } = sockets({
    server, hub, tokenStatus, audience, journal, memberships, origins: new Set(), logger: silentLogger, pingMs, lingerMs: 100,
    admit: async () => ({ over: false, seconds: 1 }),
    takeTicket: async userId => {
      looking.resolve()
      if (userId === 'late') await looked.promise
      return { userId, organizationId: 'o1', role: 'member', sessionId: userId, issuedAt: '2026-05-04T10:00:00.000Z' }
    },
  }))
})
afterEach(() => { vi.useRealTimers(); hub.closeAll(1001, 'over'); server.close() })
const port = (): number => {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
const open = async (user: string, autoPong = true): Promise<WebSocket> => {
  const ws = new WebSocket(`ws://127.0.0.1:${port()}/ws?ticket=${user}`, { autoPong })
  await once(ws, 'open')
  return ws
}

describe('a socket', () => {
  it('of one who goes on talking, in pongs as well, and answers no ping ends, of one who answers it stays', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const [deaf, well] = [await open('deaf', false), await open('well')]
    const over = once(deaf, 'close')
    const pinged = Promise.all([once(deaf, 'ping'), once(well, 'ping')])
    vi.advanceTimersByTime(pingMs)
    await pinged
    deaf.pong()
    // What is answered was heard, and all that was sent before it.
    for (const socket of [deaf, well]) { socket.send('{"type":"ping"}'); await once(socket, 'message') }
    vi.advanceTimersByTime(pingMs)
    const [code] = await over
    expect(code).toBe(1006)
    await expect.poll(() => [hub.sizeOf('deaf'), hub.sizeOf('well')]).toEqual([0, 1])
  })
  it('does not open any more when the gateway begins to stop while its ticket is looked at', async () => {
    const late = open('late').then(() => 'open', (error: unknown) => String(error))
    await looking.promise
    await letGo()
    looked.resolve()
    expect(await late).toContain('503')
  })
  it('opens fifty times for one person, and not once more before one of them has ended', async () => {
    const [first] = await Promise.all(Array.from({ length: 50 }, () => open('ann')))
    await expect(open('ann')).rejects.toThrow('429')
    await open('bob')
    first!.terminate()
    await expect.poll(() => hub.sizeOf('ann')).toBe(49)
    await open('ann')
  })
  it('brings more than it holds at once to who comes back after much has happened', async () => {
    const text = (id: number): string => `"id":${id},"pad":"${'x'.repeat(60_000)}"}`
    const event = { name: 'TaskUpdated', organizationId: 'o1', projectId: undefined, people: ['ann'] }
    for (let id = 0; id < 200; id++) journal.append({ ...event, text: text(id) })
    const ann = await open('ann')
    const ids: unknown[] = []
    ann.on('message', (data: Buffer) => { ids.push(Object(JSON.parse(data.toString())).id) })
    ann.send('{"type":"subscribe","topics":["me"],"after":1}')
    // Between `subscribed` and `resumed` before it, and `resumed` behind it.
    await expect.poll(() => ids.length).toBe(203)
    expect(ids.filter(id => id !== undefined)).toEqual(Array.from({ length: 200 }, (_, id) => id))
  })
  it('that is refused closes, also where the client keeps his half open', async () => {
    const refused = Array.from({ length: 20 }, (_, i) => {
      const socket = connect({ port: port(), host: '127.0.0.1', allowHalfOpen: i % 2 === 0 }).on('error', () => {}).resume()
      socket.write('GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
        + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')
      return socket
    })
    await Promise.all(refused.map(socket => once(socket, 'end')))
    await expect.poll(() => promisify(server.getConnections.bind(server))()).toBe(0)
    for (const socket of refused) socket.destroy()
  })
})
