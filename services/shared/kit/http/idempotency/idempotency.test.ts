import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { operation } from '../../../contracts/define.ts'
import { Refused } from '../../decider.ts'
import { idempotently, type Claim, type IdempotencyStore } from './idempotency.ts'
import { memoryIdempotency } from './memory-idempotency.ts'
import { serve } from '../serve.ts'
import { testServer, type TestRequest, type TestServer } from '../test-server.ts'

const post = { method: 'POST', summary: 's', access: 'user' } as const
const Made = z.object({ id: z.string(), second: z.string(), token: z.string() })
const api = {
  make: operation({ ...post, path: '/api/things', status: 201, body: z.object({ title: z.string() }), reply: Made, errors: { 'thing-taken': 409 } }),
  restore: operation({ ...post, path: '/api/things/:id/restore', status: 200, query: z.object({ deep: z.string().optional() }), reply: z.object({ id: z.string() }) }),
  enter: operation({
    method: 'POST', path: '/api/enter', summary: 's', access: 'public', status: 200, cookie: 'who', body: z.object({ name: z.string().optional() }),
    reply: z.object({ session: z.string(), whose: z.string() }), errors: { 'token-missing': 401 },
  }),
}
const ann = { userId: 'ann', organizationId: 'o1', role: 'member', sessionId: 's1' } as const
const body = { title: 'A' }
let server: TestServer
let effects = 0
let hold: Promise<void> | undefined
const start = async (idempotency?: IdempotencyStore) => {
  effects = 0
  hold = undefined
  server = await testServer([serve(api, {
    make: async ({ body: { title }, newId }) => {
      effects++
      await hold
      if (title === 'rule') throw new Refused('rule', 'thing-taken', 'Taken.', { by: 'x' })
      if (title === 'down' && effects < 2) throw new Refused('unavailable', 'store-down')
      if (title === 'half') return { body: { id: newId(), second: String(effects), token: '' }, unfinished: effects < 2 }
      if (title === 'crash' && effects < 2) throw new Error('crash')
      return { body: { id: newId(), second: newId(), token: 'secret-token' }, version: effects, headers: { Location: '/x' } }
    },
    restore: async ({ params: { id } }) => ({ body: { id } }),
    enter: async ({ body: { name }, cookies, token, newId }) => {
      const whose = name ?? cookies.get('who') ?? token
      if (whose === undefined) throw new Refused('unauthenticated', 'token-missing')
      cookies.set('who', whose)
      cookies.set('mark', 'secret-cookie')
      return { body: { session: newId(), whose } }
    },
  })], idempotency ? { idempotency } : {})
}
/** A store that tells who claims, and whose claims are changed. */
const watched = (saw: (id: string, hash: string) => void, changed: (claim: Claim) => Claim): IdempotencyStore => {
  const store = memoryIdempotency()
  return {
    claim: async (id, hash, withinMs) => {
      saw(id, hash)
      const claim = await store.claim(id, hash, withinMs)
      return 'finish' in claim ? changed(claim) : claim
    },
  }
}
/** What is kept of what the first try of a request said, and what that try hears. */
const saidFirst = async (fingerprint: string, said: string, kept = (sealed: string) => sealed): Promise<{ sealed: string; heard: string }> => {
  const told = { sealed: '', heard: '' }
  const first: Claim['first'] = async sealed => { told.sealed = sealed; return kept(sealed) }
  const request = { key: 'k1', id: 'i', fingerprint, withinMs: 1, commandId: () => 'c' }
  await idempotently({ claim: async () => ({ first, finish: async () => {}, release: async () => {} }) }, request, { cookies: () => [], replay: () => {} }, {
    fits: () => true, run: async (_, hear) => { told.heard = await hear(said); return {} },
  })
  return told
}
const enter = (key: string, headers: Record<string, string> = {}, sent: object = {}) =>
  server.request('POST', '/api/enter', { body: sent, headers: { 'idempotency-key': key, ...headers } })
const make = (key: string, sent: object = body, as: TestRequest['as'] = ann) =>
  server.request('POST', '/api/things', { as, body: sent, headers: { 'idempotency-key': key } })
afterEach(() => server.close())

describe('Idempotency-Key', () => {
  it('gives the first answer again, whole, with one effect', async () => {
    await start()
    const first = await make('k1')
    const again = await make('k1')
    expect(again).toMatchObject({ status: 201, body: first.body })
    expect(['etag', 'location', 'idempotency-replayed'].map(name => again.headers.get(name))).toEqual(['"1"', '/x', 'true'])
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect(effects).toBe(1)
    expect((await make('k2')).body).not.toEqual(first.body)
  })
  it('is refused with 422 for another body', async () => {
    await start()
    await make('k1')
    expect(await make('k1', { title: 'B' })).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } })
  })
  it('is refused with 422 for another thing, also when only the address names it', async () => {
    await start()
    const restore = (path: string) => server.request('POST', `/api/things/${path}`, { as: ann, headers: { 'idempotency-key': 'k1' } })
    expect(await restore('a/restore')).toMatchObject({ status: 200, body: { id: 'a' } })
    for (const other of ['b/restore', 'a/restore?deep=1']) expect(await restore(other)).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } })
    expect(await restore('a/restore')).toMatchObject({ status: 200, body: { id: 'a' } })
  })
  it('gives what somebody got by his cookie or his token to nobody without it, and the cookies of the answer again', async () => {
    await start()
    for (const [key, shown, without] of [['k1', { cookie: 'who=ann' }, 401], ['k2', { authorization: 'Bearer ben' }, 422]] as const) {
      const first = await enter(key, shown)
      expect((await enter(key)).status).toBe(without)
      const again = await enter(key, shown)
      expect(again).toMatchObject({ status: 200, body: first.body })
      expect(again.headers.getSetCookie()).toEqual(first.headers.getSetCookie())
      expect(again.headers.getSetCookie()).toHaveLength(2)
    }
  })
  it('of two people who are not signed in makes no id twice, also when the first one is forgotten', async () => {
    await start({ claim: async () => ({ seed: 's', first: async said => said, finish: async () => {}, release: async () => {} }) })
    const [ann, again, bob] = [await enter('k1', {}, { name: 'ann' }), await enter('k1', {}, { name: 'ann' }), await enter('k1', {}, { name: 'bob' })]
    expect(again.body).toEqual(ann.body)
    expect(bob).toMatchObject({ status: 200, body: { whose: 'bob', session: expect.not.stringMatching(z.object({ session: z.string() }).parse(ann.body).session) } })
  })
  it('belongs to one person of one organization', async () => {
    await start()
    await make('k1')
    expect((await make('k1', { title: 'B' }, { ...ann, userId: 'bob' })).status).toBe(201)
    expect((await make('k1', { title: 'B' }, { ...ann, organizationId: 'o2' })).status).toBe(201)
    expect(effects).toBe(3)
  })
  it('answers 409 while the first request is under way', async () => {
    await start()
    const { promise, resolve } = Promise.withResolvers<void>()
    hold = promise
    const first = make('k1')
    await expect.poll(() => effects).toBe(1)
    const second = await make('k1')
    expect(second).toMatchObject({ status: 409, body: { code: 'request-in-progress' } })
    expect(second.headers.get('retry-after')).toBe('1')
    resolve()
    expect((await first).status).toBe(201)
    expect(effects).toBe(1)
  })
  it('keeps a refusal, but neither an outage nor a crash', async () => {
    await start()
    expect(await make('k1', { title: 'rule' })).toMatchObject({ status: 409, body: { code: 'thing-taken', context: { by: 'x' } } })
    expect(await make('k1', { title: 'rule' })).toMatchObject({ status: 409, body: { code: 'thing-taken', context: { by: 'x' } } })
    expect(effects).toBe(1)
    for (const title of ['down', 'crash']) {
      effects = 0
      expect((await make(title, { title })).status).toBeGreaterThanOrEqual(500)
      expect((await make(title, { title })).status).toBe(201)
    }
  })
  it('keeps no answer that is unfinished: a repetition does the rest, with the same ids', async () => {
    await start()
    const [first, second, third] = [await make('k1', { title: 'half' }), await make('k1', { title: 'half' }), await make('k1', { title: 'half' })]
    expect([first.body, second.body, third.body]).toMatchObject([{ second: '1' }, { ...Object(first.body), second: '2' }, { second: '2' }])
    expect([second, third].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true'])
  })
  it('makes the same ids again when the answer was lost', async () => {
    await start(watched(() => {}, claim => ({ ...claim, finish: () => claim.release() })))
    const first = await make('k1')
    expect((await make('k1')).body).toEqual(first.body)
    expect(effects).toBe(2)
  })
  it('finds what was made when the first answer is one of an older version, which said less', async () => {
    const store = memoryIdempotency()
    const terse = operation({ ...api.make, reply: z.object({ id: z.string() }) })
    const older = await testServer([serve({ make: terse }, { make: async ({ newId }) => ({ body: { id: newId() } }) })], { idempotency: store })
    const headers = { 'idempotency-key': 'k1' }
    const first = await older.request('POST', '/api/things', { as: ann, body, headers })
    await older.close()
    await start(store)
    const again = await make('k1')
    expect(again).toMatchObject({ status: 201, body: { ...Object(first.body), token: 'secret-token' } })
    expect(effects).toBe(1)
  })
  it('makes new things when it comes again after it was forgotten', async () => {
    const limit = 1
    await start(memoryIdempotency(limit))
    const monday = await make('daily', { title: 'Monday' })
    await make('another')
    const tuesday = await make('daily', { title: 'Tuesday' })
    await make('another')
    const nextTuesday = await make('daily', { title: 'Tuesday' })
    expect(new Set([monday, tuesday, nextTuesday].map(({ body: made }) => z.object({ id: z.string() }).parse(made).id)).size).toBe(3)
  })
  it('of a session that goes by a cookie means the session that the cookie holds now, whatever other cookies there are', async () => {
    await start()
    const first = await enter('k1', { cookie: '_ga=1; who=ann' })
    expect((await enter('k1', { cookie: 'who=ann; _ga=2' })).body).toEqual(first.body)
    const { session } = z.object({ session: z.string() }).parse(first.body)
    expect(await enter('k1', { cookie: 'who=ann-later' })).toMatchObject({ status: 200, body: { whose: 'ann-later', session: expect.not.stringMatching(session) } })
  })
  it('is kept without anything of the answer readable', async () => {
    const kept: string[] = []
    const keep = (answer: string): void => { kept.push(answer, Buffer.from(answer, 'base64').toString('latin1')) }
    await start(watched((id, hash) => { kept.push(id, hash) }, claim => ({ ...claim, finish: answer => { keep(answer); return claim.finish(answer) } })))
    // As long as this: a short name may stand in what is sealed by chance.
    const person = 'ann-of-these-tests'
    for (let n = 0; n < 2; n++) await make('k1-of-a-client', body, { ...ann, userId: person })
    await enter('k1-of-a-client', { cookie: `who=${person}` })
    expect(kept.join()).not.toMatch(/secret-token|secret-cookie|k1-of-a-client|ann-of-these-tests/)
  })
  it('of two requests seals what their first tries said so that one says nothing of the other', async () => {
    const [one, other] = [await saidFirst('f1', 'at nine'), await saidFirst('f2', 'at nine')]
    expect([one.heard, other.heard, one.sealed === other.sealed]).toEqual(['at nine', 'at nine', false])
  })
  it('finds what the first try said under an older version', async () => {
    const older = '6j+wThsvwWJc1PNSDGvjswNDuLQHxrs='
    expect(await saidFirst('f1', 'at ten', () => older)).toMatchObject({ heard: 'at nine' })
  })
  it('of another form is refused', async () => {
    await start()
    expect(await make('two words')).toMatchObject({ status: 400, body: { code: 'bad-idempotency-key' } })
    expect((await make('k'.repeat(256))).status).toBe(400)
  })
})
