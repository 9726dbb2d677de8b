import { Queue } from 'bullmq'
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { systemClock, testClock } from '../../shared/kit/clock.ts'
import { breaker } from '../../shared/kit/breaker.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { preferencesStore } from '../inbox/preferences-store.ts'
import { texts } from '../inbox/texts.ts'
import type { Contact, Directory } from '../mail/directory.ts'
import { outbox, type Outbox } from '../mail/outbox.ts'
import { mailQueue, type MailQueue, type Outcome } from '../mail/queue.ts'
import { sender } from '../mail/send.ts'
import { MailRefused, RecipientRejected, smtp, type Smtp } from '../mail/smtp.ts'
import { memoryTables, type MailRow, type Tables } from '../store/rows.ts'
import { brittleWire, startMailServer, startRedis, until, type TestMailServer, type TestRedis } from './parts.ts'

let redis: TestRedis
let server: TestMailServer
beforeAll(async () => { [redis, server] = await Promise.all([startRedis(), startMailServer()]) })
afterAll(async () => { await server.stop(); await redis.remove() })

let tables: Tables
let box: Outbox
let queue: MailQueue
let mailer: Smtp
let people: Map<string, Contact>
let contact: Directory['contact']
let now = systemClock
let run = 0
beforeEach(() => {
  server.mails.length = 0
  server.refuse = () => undefined
  now = systemClock
  tables = memoryTables()
  people = new Map([['ann', { id: 'ann', name: 'Ann Lee', email: 'ann@example.test', locale: 'en', timezone: 'Europe/Berlin' }]])
  const isOutage = (error: unknown): boolean => !(error instanceof RecipientRejected || error instanceof MailRefused)
  mailer = smtp(server.url, 'CyberTask <no-reply@work.example>', breaker({ name: 'smtp', timeoutMs: Infinity, failures: 3, retryAfterMs: 50, isOutage }))
  contact = async (_, id) => people.get(id)
  const directory: Directory = { contact: (organizationId, id) => contact(organizationId, id), name: async (_, id) => people.get(id)?.name }
  const clock = { now: () => now.now(), epochMs: () => now.epochMs(), monotonic: () => now.monotonic() }
  const { send, lost } = sender({
    mails: tables.mails, directory, preferencesOf: preferencesStore(tables).of, insiders: async (_, __, members) => new Set(members), isHidden: async () => false,
    smtp: mailer, clock, site: { publicUrl: 'https://work.example' }, refusedMs: 40,
  })
  queue = mailQueue({ redisUrl: redis.url, prefix: `test${run++}`, work: send, lost, logger: silentLogger, retryMs: 20 })
  box = outbox({ mails: tables.mails, queue, clock, logger: silentLogger, everyMs: 100 })
  queue.start()
  box.start()
})
afterEach(async () => { await box.stop(); await queue.stop(); mailer.close() })

const row = (id: string, change: Partial<MailRow> = {}): MailRow => ({
  _id: id, organizationId: 'o1', userId: 'ann', actorId: null, told: { type: 'assigned', title: '“Ship” is yours', body: '', link: '/projects/p1/tasks/t1', projectId: 'p1' },
  state: 'waiting', reason: null, createdAt: '2026-03-02T09:00:00.000Z', doneAt: null, ...change,
})
const stateOf = async (id: string) => (await tables.mails.one({ _id: id }))?.state
const invitation = {
  template: 'invitation', organizationId: 'o1', to: { address: 'new@example.test', name: '' }, dedupeId: 'inv-1',
  data: { token: 'secret-token-1234567890', organizationName: 'Apollo', inviterName: 'Bo', role: 'member', expiresAt: '2199-03-09T09:00:00.000Z' },
} as const

describe('mails through a real Redis and a real SMTP server', () => {
  it('reach today’s address of the person, as text and as HTML, with a stable id', async () => {
    await tables.mails.insert([row('m1')])
    box.push(['m1'])
    await until(async () => await stateOf('m1') === 'sent')
    const [mail] = server.mails
    expect(mail?.to).toMatchObject({ text: '"Ann Lee" <ann@example.test>' })
    expect([mail?.subject, mail?.messageId]).toEqual(['“Ship” is yours', '<m1@work.example>'])
    expect(mail?.text).toContain('In the API: GET /api/tasks/t1.')
    expect(mail?.html).toContain('<a href="https://work.example/docs#notification.setPreferences"')
  })
  it('are sent once, however often they are asked for', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => box.ask(invitation)))
    await until(async () => await stateOf(ids[0] ?? '') === 'sent')
    await box.ask(invitation)
    await box.sweep()
    expect(server.mails).toHaveLength(1)
    expect(new Set(ids).size).toBe(1)
  })
  it('leave neither address nor token behind', async () => {
    const id = await box.ask(invitation)
    await until(async () => await stateOf(id) === 'sent')
    expect(JSON.stringify(await tables.mails.find({}))).not.toMatch(/example\.test|secret-token/)
  })
  it.each([['MAIL FROM', '451 not now'], ['RCPT TO', '421 going away']] as const)('wait for the end of an outage, which is when %s is answered %s', async (at, reply) => {
    server.refuse = command => command === at ? reply : undefined
    await tables.mails.insert([row('m2')])
    await until(() => mailer.breaker.state() === 'open')
    server.refuse = () => undefined
    await until(async () => await stateOf('m2') === 'sent')
    expect(server.mails).toHaveLength(1)
  })
  it.each([
    ['RCPT TO', '451 come again later'], ['DATA', '452 mailbox full'],
  ] as const)('that one recipient’s server does not take now (%s: %s) keep nobody else’s waiting, and leave later', async (at, reply) => {
    let refused = 0
    server.refuse = (command, recipient) => command === at && recipient === 'ann@example.test' && ++refused ? reply : undefined
    await tables.mails.insert(Array.from({ length: 10 }, (_, i) => row(`full-${i}`)))
    await box.sweep()
    await until(() => refused > 20)
    expect(mailer.breaker.state()).toBe('closed')
    const id = await box.ask(invitation)
    await until(async () => await stateOf(id) === 'sent')
    expect([await stateOf('full-0'), server.mails.length]).toEqual(['waiting', 1])
    server.refuse = () => undefined
    await until(() => server.mails.length === 11)
  })
  it('are given up when the server refuses them for good', async () => {
    server.refuse = command => command === 'RCPT TO' ? '550 nobody of this name' : undefined
    await tables.mails.insert([row('m3')])
    await until(async () => await stateOf('m3') === 'failed')
    expect((await tables.mails.one({ _id: 'm3' }))?.reason).toContain('550')
  })
  it.each([
    ['the sender', 'MAIL FROM', '553 sender not allowed'],
    ['the sender, said late', 'RCPT TO', '554 5.7.1 relay access denied'],
    ['the sender, said late without a code', 'RCPT TO', '550 relay not permitted'],
    ['the sender, said at the end', 'DATA', '554 the sender is not verified'],
  ] as const)('wait while the server refuses %s', async (_, at, reply) => {
    let refused = 0
    server.refuse = command => command === at && ++refused ? reply : undefined
    await tables.mails.insert([row('m7')])
    await until(() => refused > 1)
    expect(await stateOf('m7')).toBe('waiting')
    server.refuse = () => undefined
    await until(async () => await stateOf('m7') === 'sent')
  })
  it('that the server does not want keep no others waiting', async () => {
    let refused = 0
    server.refuse = command => command === 'DATA' && ++refused ? '554 5.7.1 spam' : undefined
    await tables.mails.insert(['s1', 's2', 's3', 's4', 's5'].map(id => row(id)))
    await until(() => refused > 6)
    expect(mailer.breaker.state()).toBe('closed')
    server.refuse = () => undefined
    const id = await box.ask(invitation)
    await until(async () => await stateOf(id) === 'sent')
  })
  it('say at each try how long they have been in the queue, and since when they are refused', async () => {
    const [waits, refusals] = [new Array<number>(), new Array<number>()]
    const outcomes: Outcome[] = [{ afterMs: 60 }, { afterMs: 60, refused: true }, { afterMs: 60, refused: true }]
    const work = async (_: string, waitedMs: number, refusedForMs: number): Promise<Outcome> => {
      waits.push(waitedMs)
      refusals.push(refusedForMs)
      return outcomes[waits.length - 1] ?? 'done'
    }
    const own = mailQueue({ redisUrl: redis.url, prefix: `test${run++}`, work, lost: async () => {}, logger: silentLogger })
    onTestFinished(() => own.stop())
    own.start()
    await own.add([{ id: 'm13', awaited: false }])
    await until(() => waits.length === 4)
    expect(waits[0]).toBeLessThan(20_000)
    expect(waits[3]).toBeGreaterThanOrEqual(180)
    expect(refusals.slice(0, 2)).toEqual([0, 0])
    expect(refusals[2]).toBeGreaterThanOrEqual(60)
    expect(refusals[3]).toBeGreaterThanOrEqual(120)
    // Since the first refusal, not since the mail came.
    expect(waits[3]).toBeGreaterThanOrEqual((refusals[3] ?? 0) + 60)
  })
  it('grow by no failure', async () => {
    const [prefix, tries] = [`test${run++}`, new Array<string>()]
    const work = async (id: string): Promise<never> => { tries.push(id); throw new Error('away') }
    const own = mailQueue({ redisUrl: redis.url, prefix, work, lost: async () => {}, logger: silentLogger, retryMs: 5 })
    const look = new Queue('mail', { prefix, connection: { url: redis.url } })
    onTestFinished(async () => { await own.stop(); await look.close() })
    own.start()
    await own.add([{ id: 'm14', awaited: false }])
    await until(() => tries.length > 5)
    expect((await look.getJob('m14'))?.stacktrace?.length).toBeLessThanOrEqual(1)
  })
  it('name times by the recipient’s clock', async () => {
    people.set('ann', { id: 'ann', name: 'Ann Lee', email: 'ann@example.test', locale: 'en', timezone: 'America/New_York' })
    await tables.mails.insert([row('m8', { told: { type: 'assigned', title: '“Ship” is yours', body: texts.due('2026-03-28T03:59:00.000Z'), link: '/', projectId: 'p1' } })])
    await until(async () => await stateOf('m8') === 'sent')
    expect(server.mails[0]?.text).toContain('It is now due on 27 March 2026')
  })
  it('that somebody waits for do not wait for the address of another', async () => {
    contact = () => new Promise(() => {})
    await tables.mails.insert([row('m9'), row('m10'), row('m11')])
    await box.sweep()
    await until(async () => await queue.size() === 3)
    const id = await box.ask({ ...invitation, dedupeId: 'inv-3' })
    await until(async () => await stateOf(id) === 'sent')
    expect(await stateOf('m9')).toBe('waiting')
    contact = async (_, name) => people.get(name)
    await until(async () => await stateOf('m9') === 'sent')
  })
  it('are dropped when the person has left', async () => {
    people.clear()
    await tables.mails.insert([row('m4')])
    await until(async () => await stateOf('m4') === 'dropped')
    expect(server.mails).toHaveLength(0)
  })
  it('wait in the queue for the end of quiet hours, and are not looked at meanwhile', async () => {
    const clock = testClock('2026-03-02T22:00:00.000Z')
    now = clock
    let looks = 0
    contact = async (_, id) => { looks++; return people.get(id) }
    await preferencesStore(tables).change({ organizationId: 'o1', userId: 'ann' }, { quietHours: { from: '22:00', to: '07:00' } })
    await tables.mails.insert([row('m5')])
    await box.sweep()
    await until(() => looks > 0)
    const id = await box.ask({ ...invitation, dedupeId: 'inv-4' })
    await until(async () => await stateOf(id) === 'sent')
    expect([await stateOf('m5'), server.mails.length, looks]).toEqual(['waiting', 1, 1])
  })
  it('survive a Redis that is away when they are asked for', async () => {
    await redis.stop()
    const id = await box.ask({ ...invitation, dedupeId: 'inv-2' })
    await expect(box.sweep()).rejects.toThrow()
    expect(await stateOf(id)).toBe('waiting')
    await redis.start()
    await until(async () => await stateOf(id) === 'sent', 25_000)
  })
  it('that somebody waits for go before all that only tell something', async () => {
    const left: string[] = []
    const slow = mailQueue({ redisUrl: redis.url, prefix: `test${run++}`, work: async id => { left.push(id); return 'done' }, lost: async () => {}, logger: silentLogger })
    onTestFinished(() => slow.stop())
    await slow.add([...Array.from({ length: 30 }, (_, i) => ({ id: `told-${i}`, awaited: false })), { id: 'reset', awaited: true }])
    slow.start()
    await until(() => left.length === 31)
    expect(left.indexOf('reset')).toBeLessThan(3)
    expect(left.filter(id => id !== 'reset').slice(0, 3)).toEqual(expect.arrayContaining(['told-0', 'told-1']))
  })
  it('that the mail server takes its time for do not hold up the end of this process', async () => {
    const sending = Promise.withResolvers<'done'>()
    onTestFinished(() => { sending.resolve('done') })
    const begun: string[] = []
    const work = (id: string): Promise<'done'> => { begun.push(id); return sending.promise }
    const slow = mailQueue({ redisUrl: redis.url, prefix: `test${run++}`, work, lost: async () => {}, logger: silentLogger, graceMs: 50 })
    await slow.add([{ id: 'm13', awaited: false }])
    slow.start()
    await until(() => begun.length === 1)
    const stopped = slow.stop().then(() => 'stopped')
    expect(await Promise.race([stopped, new Promise(resolve => { setTimeout(resolve, 20_000, 'held up').unref() })])).toBe('stopped')
  })
  it('leave although Redis went away while this process said hello to it', async () => {
    const wire = await brittleWire(redis.url)
    onTestFinished(wire.stop)
    const left: string[] = []
    const work = async (id: string): Promise<'done'> => { left.push(id); return 'done' }
    const late = mailQueue({ redisUrl: wire.url, prefix: `test${run++}`, work, lost: async () => {}, logger: silentLogger, retryMs: 20 })
    onTestFinished(() => late.stop())
    late.start()
    await until(() => wire.cut)
    await expect(late.add([{ id: 'm6', awaited: false }])).rejects.toThrow()
    wire.mend()
    await until(async () => { await late.add([{ id: 'm6', awaited: false }]).catch(() => {}); return left.includes('m6') })
  })
})
