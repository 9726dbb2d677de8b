import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { beginning } from '../live/checkpoint.ts'
import { startGateway } from './harness.ts'
import { liveWorld, subscribed, task, type LiveWorld } from './live-world.ts'

let world: LiveWorld
beforeEach(async () => { world = await liveWorld() })
afterEach(() => world.stop())

describe('after a drop', () => {
  it('a client gets what it missed, in order', async () => {
    const first = await world.connect()
    await subscribed(first, ['project:p1'])
    await world.happen('TaskCreated', task)
    await first.until(() => first.events().length === 1)
    const { seq } = first.frames.at(-1)!
    first.close()
    await world.happen('TaskCreated', task)
    await world.happen('TaskCreated', task)
    const second = await world.connect()
    await subscribed(second, ['project:p1'], seq)
    await second.until(frames => frames.length === 5)
    expect(second.frames.map(f => f.id ?? f.type)).toEqual(['subscribed', 'resumed', 'e1', 'e2', 'resumed'])
    second.close()
  })
  it('a client that was away too long, or comes from another journal, hears of the gap', async () => {
    const client = await world.connect()
    await subscribed(client, ['me'], 17)
    expect(client.frames.map(f => f.type)).toEqual(['subscribed', 'gap'])
    client.close()
  })
  it('of his right to see all a client misses nothing of what he still sees', async () => {
    const admin = await world.connect({ role: 'admin' })
    await subscribed(admin, ['project:p1'])
    await world.happen('TaskCreated', task)
    await admin.until(() => admin.events().length === 1)
    await world.happen('UserUpdated', { userId: 'u1', changed: ['role'], role: 'member' })
    expect(await admin.closed).toBe(1013)
    await world.happen('TaskCreated', task)
    const member = await world.connect()
    await subscribed(member, ['project:p1'], admin.frames.at(-1)!.seq)
    await member.until(() => member.events().length === 1)
    expect(member.events()).toEqual(['project:p1:e2'])
    member.close()
  })
  it('of the gateway waits for no socket: each is sent away, and nobody is let in any more', async () => {
    const client = await world.connect()
    await world.gateway.parts.letGo()
    expect(await client.closed).toBe(1001)
    await expect(world.connect()).rejects.toThrow('503')
    const began = performance.now()
    await world.gateway.drain(40_000)
    expect(performance.now() - began).toBeLessThan(20_000)
  })
  it('of the gateway no number is given twice, even if the next one dies as soon as it has begun', async () => {
    const numbersOfTheNext = async () => (await beginning(world.dapr.state, 'gateway-live.main', silentLogger)).seq
    await world.happen('TaskCreated', task)
    await world.stop()
    const taken = await numbersOfTheNext()
    await world.start()
    expect(await numbersOfTheNext()).toBeGreaterThan(taken)
  })
  it('of the gateway the next one takes the checkpoint over when it serves, not before', async () => {
    const owner = async () => Object((await world.dapr.state.get('gateway-live.main'))?.value).owner
    const other = (than: unknown) => expect.poll(owner).not.toBe(than)
    await world.happen('TaskCreated', task)
    await world.stop()
    const left = await owner()
    await world.start()
    await other(left)
    const serving = await owner()
    const next = await startGateway({ dapr: world.dapr })
    expect(await owner()).toBe(serving)
    await next.parts.feeds.start()
    await other(serving)
    await next.stop()
  })
  it('of the gateway a client misses nothing: not what came before, nor while it was away', async () => {
    const client = await world.connect()
    await subscribed(client, ['project:p1'])
    await world.happen('TaskCreated', task)
    await client.until(() => client.events().length === 1)
    const before = client.frames.at(-1)!.seq!
    await world.stop()
    expect(await client.closed).toBe(1001)
    // The broker's delivery goes to nobody; the producer still has it.
    world.event('TaskCreated', task)
    await world.start()
    const again = await world.connect()
    await subscribed(again, ['project:p1'], before)
    await again.until(frames => frames.some(f => f.id === 'e1'))
    expect(again.frames.map(f => f.type)).toContain('resumed')
    expect(again.frames.find(f => f.id === 'e1')!.seq!).toBeGreaterThan(before)
    again.close()
  })
})
