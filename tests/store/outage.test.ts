import { randomUUID } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { connect, createServer, Socket, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { setTimeout as pause } from 'node:timers/promises'
import type { mongo } from 'mongoose'
import { z } from 'zod'
import { insertEach } from '../../services/shared/kit/mongo/insert.ts'
import type { Claim, FirstAnswer } from '../../services/shared/kit/http/idempotency/idempotency.ts'
import { mongoIdempotency, type MongoIdempotency } from '../../services/shared/kit/http/idempotency/mongo-idempotency.ts'
import { isUnavailable } from '../../services/shared/kit/unavailable.ts'
import { testClock } from '../../services/shared/kit/clock.ts'
import { Refused } from '../../services/shared/kit/decider.ts'
import { connectMongo, type Mongo } from '../../services/shared/kit/mongo/connect.ts'

const uri = inject('documents')
const Opened = z.object({ socket: z.instanceof(Socket) })

/** A wire to the store that can be cut and held. */
const wire = async () => {
  const target = new URL(uri)
  const [farHost, farPort] = [target.hostname, Number(target.port || 27017)]
  const sockets = new Set<Socket>()
  const state = { silent: false }
  let server: Server
  let port = 0
  const open = () => new Promise<void>(done => {
    server = createServer(socket => {
      const far = connect(farPort, farHost)
      for (const [from, to] of [[socket, far], [far, socket]] as const) {
        sockets.add(from)
        from.on('data', chunk => { if (!state.silent) to.write(chunk) }).on('error', () => {}).on('close', () => { to.destroy() })
      }
    }).listen(port, '127.0.0.1', () => {
      port = (server.address() as AddressInfo).port
      done()
    })
  })
  const cut = () => new Promise<void>(done => {
    server.close(() => { done() })
    for (const socket of sockets) socket.destroy()
  })
  await open()
  target.hostname = '127.0.0.1'
  target.port = String(port)
  return { uri: target.href, open, cut, state }
}

it.each([1, 3])('a batch of %i that got no answer never passes for stored', async n => {
  const line = await wire()
  const db = await connectMongo(line.uri, `outage_${randomUUID().slice(0, 8)}`)
  const things: mongo.Collection<{ _id: string }> = db.collection<{ _id: string }>('things')
  await things.insertOne({ _id: 'there before' })
  line.state.silent = true
  const stored = insertEach(things, Array.from({ length: n }, (_, i) => ({ _id: `new ${i}` }))).then(() => 'stored', isUnavailable)
  await pause(100)
  await line.cut()
  expect(await stored).toBe(true)
  line.state.silent = false
  await line.open()
  // At once, in the same moment: a driver whose heartbeat is caught by the cut must not wait for it for ever.
  await expect.poll(() => things.countDocuments({}).catch(() => 'away'), { timeout: 60_000 }).toBe(1)
  await db.dropDatabase()
  await db.close()
  await line.cut()
}, 120_000)

describe('a document store that goes away', () => {
  let line: Awaited<ReturnType<typeof wire>>
  let db: Mongo
  beforeAll(async () => {
    line = await wire()
    db = await connectMongo(line.uri, `outage_${randomUUID().slice(0, 8)}`)
    await db.collection('things').insertOne({ name: 'a' })
  })
  afterAll(async () => {
    await db.dropDatabase()
    await db.close()
    await line.cut()
  })
  const timed = async (work: () => Promise<unknown>) => {
    const started = performance.now()
    const error = await work().then(() => undefined, (e: unknown) => e)
    return { ms: performance.now() - started, error }
  }

  it('is noticed: what is under way fails soon, then everything without a look at it, and it heals by itself', async () => {
    await line.cut()
    const first = await timed(() => db.collection('things').findOne({ name: 'a' }))
    expect(isUnavailable(first.error)).toBe(true)
    // Three seconds by our limits, thirty by the driver's own.
    expect(first.ms).toBeLessThan(20_000)
    await expect.poll(() => db.breaker.state()).toBe('open')
    // The driver would look for a server first, and say so in words of its own.
    await expect(db.ping()).rejects.toBeInstanceOf(Refused)
    await line.open()
    await expect.poll(() => db.breaker.state()).toBe('closed')
    expect(await db.collection('things').findOne({ name: 'a' })).toMatchObject({ name: 'a' })
  }, 120_000)
  it('and one that takes calls but never answers is given up', async () => {
    line.state.silent = true
    const { ms, error } = await timed(() => db.collection('things').findOne({ name: 'a' }))
    line.state.silent = false
    expect(isUnavailable(error), String(error)).toBe(true)
    // After five seconds by our limits, never by the driver's own.
    expect(ms).toBeLessThan(30_000)
    await expect.poll(() => db.collection('things').findOne({ name: 'a' }).then(found => found?.['name'], () => 'not yet'), { timeout: 60_000 }).toBe('a')
  }, 120_000)
})

describe('first answers in the document store', () => {
  let db: Mongo
  let kept: MongoIdempotency
  const clock = testClock()
  const withinMs = 12_000
  beforeAll(async () => {
    db = await connectMongo(uri, `idempotency_${randomUUID().slice(0, 8)}`)
    kept = mongoIdempotency(db, clock)
  })
  afterAll(async () => {
    await db.dropDatabase()
    await db.close()
  })

  const isClaim = (claim: FirstAnswer | Claim): claim is Claim => 'finish' in claim
  const claimed = async (id: string, bodyHash = 'h'): Promise<Claim> => {
    const claim = await kept.claim(id, bodyHash, withinMs)
    if (!isClaim(claim)) throw new Error(`${id} is taken`)
    return claim
  }

  it('are claimed by exactly one of many', async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, () => kept.claim('a', 'h', withinMs)))
    expect(claims.filter(isClaim)).toHaveLength(1)
    await claims.find(isClaim)?.finish('the answer')
  })
  it('are given again once finished, and tell another body', async () => {
    expect(await kept.claim('a', 'h', withinMs)).toMatchObject({ bodyHash: 'h', answer: 'the answer' })
    expect(await kept.claim('a', 'other', withinMs)).toMatchObject({ bodyHash: 'h', answer: 'the answer' })
  })
  it('are taken over by one when whoever had them is gone', async () => {
    const gone = mongoIdempotency(db, clock)
    const { seed } = z.object({ seed: z.string() }).parse(await gone.claim('b', 'h', withinMs))
    expect(await kept.claim('b', 'h', withinMs)).toEqual({ bodyHash: 'h' })
    clock.advance(31_000)
    const claims = await Promise.all(Array.from({ length: 10 }, () => kept.claim('b', 'h', withinMs)))
    expect(claims.filter(isClaim)).toMatchObject([{ seed }])
  })
  it('can be given up, and are forgotten after a day', async () => {
    const first = await claimed('c')
    await first.release()
    const second = await claimed('c')
    expect(await kept.claim('c', 'h', withinMs)).toEqual({ bodyHash: 'h' })
    await second.release()
    const claims = await Promise.all(Array.from({ length: 10 }, () => kept.claim('c', 'h', withinMs)))
    expect(claims.filter(isClaim)).toMatchObject([{ seed: first.seed }])
    expect(second.seed).toBe(first.seed)
    clock.advance(86_400_000)
    await kept.sweep()
    expect(await kept.claim('a', 'h', withinMs)).toMatchObject({ answer: 'the answer' })
    clock.advance(2 * 86_400_000)
    await kept.sweep()
    expect(await kept.claim('a', 'h', withinMs)).toMatchObject({ seed: expect.any(String) })
    expect((await claimed('c')).seed).not.toBe(first.seed)
  })
})

it('a command that is written in the moment in which its connection ends does not wait for ever', async () => {
  const sockets = new Set<Socket>()
  const seen = (message: unknown): void => { sockets.add(Opened.parse(message).socket) }
  subscribe('net.client.socket', seen)
  const db = await connectMongo(uri, `outage_${randomUUID().slice(0, 8)}`)
  const things: mongo.Collection<{ _id: string }> = db.collection<{ _id: string }>('things')
  await things.insertOne({ _id: 'there before' })
  // Destroyed, and the driver has not heard of it yet.
  for (const socket of sockets) socket.destroy()
  const together = Array.from({ length: 8 }, (_, i) => (i % 2 ? things.findOne({}) : insertEach(things, [{ _id: `new ${i}` }]))
    .then(() => 'answered', error => (isUnavailable(error) ? 'away' : String(error))))
  const results = await Promise.all(together.map(one => Promise.race([one, pause(30_000, 'stuck')])))
  expect(results.filter(result => result !== 'answered' && result !== 'away')).toEqual([])
  await expect.poll(() => things.countDocuments({}).catch(() => 0)).toBeGreaterThan(0)
  unsubscribe('net.client.socket', seen)
  await db.dropDatabase()
  await db.close()
}, 120_000)
