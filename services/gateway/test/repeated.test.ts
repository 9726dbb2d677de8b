import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DaprError } from '../../shared/kit/dapr/dapr-error.ts'
import { memoryDapr, type MemoryDapr } from '../../shared/kit/dapr/memory-dapr.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { deadLetterRoutes } from '../../shared/kit/events/consumer/dead-letter-routes.ts'
import { testServer, type TestServer } from '../../shared/kit/http/test-server.ts'
import { startGateway, type Harness } from './harness.ts'
import { newSigner, type Signer } from './signer.ts'

const missing = async (): Promise<never> => { throw new Refused('missing', 'dead-letter-unknown') }
let signer: Signer
let dapr: MemoryDapr
let task: TestServer
let settled: Set<string>
let lost: boolean
const running: Harness[] = []
/** A gateway process; all share their sidecars' state store. */
const start = async (): Promise<Harness> => {
  const started = await startGateway({ dapr })
  running.push(started)
  return started
}

beforeEach(async () => {
  signer = await newSigner()
  dapr = memoryDapr()
  settled = new Set()
  lost = false
  const settle = async (id: string) => {
    if (settled.has(id)) throw new Refused('rule', 'dead-letter-settled', 'It was replayed already.')
    settled.add(id)
    return { replayed: 1, state: 'replayed' as const, goesOn: false }
  }
  task = await testServer([deadLetterRoutes({ list: async () => [], get: missing, replay: settle, skip: settle })])
  dapr.answer('user', () => ({ status: 200, headers: {}, body: signer.jwks }))
  dapr.answer('task', async call => {
    const answer = await task.peer('gateway')(call)
    if (lost) throw new DaprError('timeout', 'no answer in time')
    return answer
  })
})
afterEach(async () => {
  await Promise.all(running.splice(0).map(gateway => gateway.stop()))
  await task.close()
})
const order = async (gateway: Harness, what: string, key: string) => {
  const answer = await fetch(`${gateway.url}/api/operations/dead-letters/${what}`, {
    method: 'POST', headers: { authorization: `Bearer ${await signer.token('owner')}`, 'idempotency-key': key },
  })
  return { status: answer.status, replayed: answer.headers.get('idempotency-replayed'), body: await answer.json() }
}

describe('an Idempotency-Key of what the gateway does itself', () => {
  it.each(['replay', 'skip'])('gives the first answer of another process again, one that has stopped or one that runs beside it: %s', async what => {
    const first = await start()
    const told = await order(first, `task/aaa/${what}`, 'k1')
    expect(told).toEqual({ status: 200, replayed: null, body: { replayed: 1, state: 'replayed', goesOn: false } })
    const beside = await start()
    expect(await order(beside, `task/aaa/${what}`, 'k1')).toEqual({ ...told, replayed: 'true' })
    await first.stop()
    running.splice(running.indexOf(first), 1)
    expect(await order(await start(), `task/aaa/${what}`, 'k1')).toEqual({ ...told, replayed: 'true' })
    expect(await order(beside, `task/aaa/${what}`, 'k2')).toMatchObject({ status: 409, body: { code: 'dead-letter-settled' } })
  })
  it('is refused there for anything else, also of another service', async () => {
    await order(await start(), 'task/aaa/replay', 'k1')
    const second = await start()
    for (const other of ['task/bbb/replay', 'project/aaa/replay'])
      expect(await order(second, other, 'k1')).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } })
    expect([...settled]).toHaveLength(1)
  })
  it('finds what was done when the answer of the service was lost', async () => {
    lost = true
    expect((await order(await start(), 'task/aaa/replay', 'k1')).status).toBe(503)
    expect([...settled]).toHaveLength(1)
    lost = false
    expect(await order(await start(), 'task/aaa/replay', 'k1')).toMatchObject({ status: 200, body: { state: 'replayed' } })
  })
  it('does nothing while its answer could not be kept', async () => {
    const gateway = await start()
    dapr.state.get = () => Promise.reject(new DaprError('peer', 'the state store is down'))
    expect(await order(gateway, 'task/aaa/replay', 'k1')).toMatchObject({ status: 503, body: { code: 'dependency-unavailable' } })
    expect([...settled]).toEqual([])
  })
})
