import { once } from 'node:events'
import { createServer } from 'node:net'
import { CommunicationProtocolEnum, DaprClient } from '@dapr/dapr'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { DaprError } from '../../services/shared/kit/dapr/dapr-error.ts'
import { startHarness, type Harness } from './harness.ts'

let harness: Harness
let sdk: DaprClient
beforeAll(async () => {
  harness = await startHarness()
  sdk = new DaprClient({ daprHost: harness.sdk.host, daprPort: harness.sdk.port, daprApiToken: harness.sdk.token, communicationProtocol: CommunicationProtocolEnum.HTTP })
})
afterAll(async () => { await sdk?.stop(); await harness?.stop() })
afterEach(() => { harness.onTold(() => {}); harness.told.length = 0 })
const eventually = (check: () => void | Promise<void>, timeout = 60_000): Promise<void> => vi.waitFor(check, { timeout, interval: 100 })

describe('the sidecar client, beside Dapr\'s own SDK', () => {
  it('reads the same secrets, and none that are not there or not ours', async () => {
    const mine = await harness.user.secret('token-key')
    expect(mine).toBe(harness.secrets['token-key'])
    expect(await sdk.secret.get('secretstore', 'token-key')).toEqual({ 'token-key': mine })
    await expect(harness.user.secret('smtp-url')).rejects.toBeInstanceOf(DaprError)
  })
  it('keeps state that the SDK reads, and the other way round', async () => {
    const { state } = harness.user
    expect(await state.get('nothing')).toBeUndefined()
    await state.set('ours', { n: 1, falsy: false })
    expect(await sdk.state.get('statestore', 'ours')).toEqual({ n: 1, falsy: false })
    await sdk.state.save('statestore', [{ key: 'theirs', value: [1, 2] }])
    expect((await state.get('theirs'))?.value).toEqual([1, 2])
  })
  it('lets the last write win, also where an etag was asked for before', async () => {
    const { state } = harness.user
    await state.set('guarded', 1, { firstWrite: true })
    expect(await state.set('guarded', 2, { etag: (await state.get('guarded'))?.etag ?? '' })).toBe(true)
    expect(await state.set('guarded', 3)).toBe(true)
    expect((await state.get('guarded'))?.value).toBe(3)
  })
  it('lets the first write win', async () => {
    const { state } = harness.user
    await state.delete('once')
    expect([await state.set('once', 1, { firstWrite: true }), await state.set('once', 2, { firstWrite: true })]).toEqual([true, false])
    const seen = await state.get('once')
    expect(await state.set('once', 3, { etag: seen?.etag ?? '' })).toBe(true)
    expect(await state.set('once', 4, { etag: seen?.etag ?? '' })).toBe(false)
    expect((await state.get('once'))?.value).toBe(3)
  })
  it('lets one of many win who write at once what they have all read, as those who redeem one ticket', async () => {
    const { state } = harness.user
    for (let round = 0; round < 20; round++) {
      await state.set(`ticket.${round}`, 'unused', { ttlSeconds: 30 })
      const etag = (await state.get(`ticket.${round}`))?.etag ?? ''
      const won = await Promise.all(Array.from({ length: 8 }, () => state.set(`ticket.${round}`, 'used', { etag, ttlSeconds: 30 })))
      expect(won.filter(Boolean)).toHaveLength(1)
    }
  })
  it('forgets state after its time to live', async () => {
    await harness.user.state.set('brief', 1, { ttlSeconds: 1 })
    await eventually(() => expect(harness.user.state.get('brief')).resolves.toBeUndefined())
  })
  it('tells an app\'s own refusal from an app that is not there', async () => {
    const answer = await harness.user.invoke('user', 'GET', '/.well-known/teapot', { query: { a: 'x y', b: undefined } })
    expect(answer).toMatchObject({ status: 418, body: { path: '/.well-known/teapot', query: { a: 'x y' } } })
    await expect(harness.user.invoke('task', 'GET', '/health/live', { timeoutMs: 10_000 })).rejects.toMatchObject({ kind: 'unavailable' })
    await expect(harness.user.invoke('ai', 'GET', '/x', { timeoutMs: 300 })).rejects.toMatchObject({ reason: 'timeout' })
  })
})

describe('two sidecars', () => {
  const ask = () => fetch(`http://${harness.sdk.host}:${harness.sdk.port}/v1.0/invoke/sidecar-task/method/internal/tasks/release`, {
    method: 'POST', headers: { 'dapr-api-token': harness.sdk.token },
  })
  it('hand on each part of an answer as it comes', async () => {
    const rest = Promise.withResolvers<void>()
    const close = await harness.task((request, answer) => {
      answer.writeHead(200, { 'content-type': 'application/x-ndjson' })
      answer.write('1\n')
      if (request.url === '/health/live') answer.end()
      else void rest.promise.then(() => { answer.end('2\n') })
    })
    onTestFinished(close)
    let answer = await ask()
    await eventually(async () => { if (!answer.ok) answer = await ask(); expect(answer.status).toBe(200) })
    const parts: string[] = []
    for await (const part of answer.body ?? []) {
      parts.push(Buffer.from(part).toString())
      rest.resolve()
    }
    expect(parts).toEqual(['1\n', '2\n'])
  })
  it('make a call that broke off once, and the next one through a connection of its own', async () => {
    let calls = 0
    const close = await harness.task((request, answer) => {
      if (request.url !== '/internal/tasks/release') { answer.end(); return }
      calls++
      void harness.taskSidecar.stop('SIGKILL')
    })
    onTestFinished(close)
    let broken = await ask()
    await eventually(async () => { if (calls === 0) broken = await ask(); expect(calls).toBeGreaterThan(0) })
    expect([calls, await broken.text()]).toEqual([1, expect.stringContaining('after 0 retries')])
    await eventually(async () => { expect(await (await ask()).text()).toContain('connection refused') })
    let dialled = 0
    const otherwise = createServer(socket => { dialled++; socket.destroy() }).listen(harness.taskSidecarPort, '127.0.0.1')
    await once(otherwise, 'listening')
    // Not when gRPC thinks fit to look again.
    await ask()
    expect(dialled).toBeGreaterThan(0)
    otherwise.close()
    await once(otherwise, 'close')
    await harness.taskSidecar.start()
  })
})

describe('an actor behind the app contract', () => {
  const id = 'close-account.0192aa00-0000-7000-8000-000000000001'
  it('is called, keeps state in one transaction, and its failures are failures', async () => {
    const { actors } = harness.user
    expect(await actors.invoke('UserSaga', id, 'greet', { a: 1 }, 30_000)).toEqual({ heard: { a: 1 } })
    await actors.transact('UserSaga', id, [{ operation: 'upsert', key: 'saga', value: { step: 'x' } }, { operation: 'upsert', key: 'other', value: 1 }])
    expect([await actors.getState('UserSaga', id, 'saga'), await actors.getState('UserSaga', id, 'none')]).toEqual([{ step: 'x' }, undefined])
    harness.onTold(() => { throw new Error('boom') })
    await expect(actors.invoke('UserSaga', id, 'greet')).rejects.toMatchObject({ reason: 'peer' })
    await expect(actors.invoke('UserSaga', 'a|b', 'greet')).rejects.toBeInstanceOf(RangeError)
  })
  it('is reminded again when its reminder failed, also by a process that came later', async () => {
    const { actors } = harness.user
    await actors.invoke('UserSaga', id, 'greet', {}, 30_000)
    harness.onTold(({ what }) => { if (what === 'remind') throw new Error('not now') })
    await actors.remind('UserSaga', id, 'drive', { due: 'PT1S', period: 'PT2S', data: { n: 1 } })
    await eventually(() => { expect(harness.told.filter(t => t.what === 'remind').length).toBeGreaterThan(0) })
    await harness.leave()
    harness.told.length = 0
    harness.onTold(() => {})
    await harness.comeBack()
    await eventually(() => { expect(harness.told).toContainEqual({ what: 'remind', id, name: 'drive', data: { n: 1 } }) })
    await actors.unremind('UserSaga', id, 'drive')
  }, 180_000)
  it('may replace its reminder while it is reminded', async () => {
    const { actors } = harness.user
    await actors.invoke('UserSaga', id, 'greet', {}, 30_000)
    let times = 0
    harness.onTold(({ what }) => { if (what === 'remind' && ++times === 1) void actors.remind('UserSaga', id, 'again', { due: 'PT1S', period: 'PT1S' }) })
    await actors.remind('UserSaga', id, 'again', { due: 'PT0S', period: 'PT1H' })
    await eventually(() => { expect(times).toBeGreaterThan(1) })
    await actors.unremind('UserSaga', id, 'again')
  }, 120_000)
})

describe('a job', () => {
  it('fires with its data, and again when it failed', async () => {
    let failures = 1
    harness.onTold(({ what }) => { if (what === 'job' && failures-- > 0) throw new Error('not now') })
    await harness.user.jobs.schedule('tick', { due: 'PT1S', data: { a: [1, 'x'] } })
    const fired = { what: 'job', id: '', name: 'tick', data: { a: [1, 'x'] } }
    await eventually(() => { expect(harness.told.filter(t => t.what === 'job')).toEqual([fired, fired]) })
  }, 120_000)
  it('does not fire once it is deleted', async () => {
    // Far enough away that it is deleted in time, however slowly that goes.
    await harness.user.jobs.schedule('tick', { due: 'PT8S' })
    await harness.user.jobs.delete('tick')
    await harness.user.jobs.delete('never-there')
    await new Promise(resolve => { setTimeout(resolve, 10_000) })
    expect(harness.told).toEqual([])
  })
})
