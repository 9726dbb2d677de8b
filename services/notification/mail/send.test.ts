import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { testClock } from '../../shared/kit/clock.ts'
import type { Insiders } from '../inbox/audience.ts'
import { hiddenProjects } from '../inbox/hidden-projects.ts'
import { preferencesStore } from '../inbox/preferences-store.ts'
import { memoryTables, type MailRow } from '../store/rows.ts'
import { sender } from './send.ts'
import { MailRefused, RecipientRejected, type Letter } from './smtp.ts'

const ann = { organizationId: 'o1', userId: 'ann' }
const about = { ...ann, actorId: null, state: 'waiting', reason: null, createdAt: '2026-03-02T09:00:00.000Z', doneAt: null } as const
const told: MailRow = { ...about, _id: 'told', told: { type: 'assigned', title: '“Ship” is yours', body: '', link: '/projects/p1/tasks/t1', projectId: 'p1' } }
const reset: MailRow = {
  ...about, _id: 'reset', organizationId: null,
  asked: {
    template: 'password-reset', userId: 'ann', organizationId: null, to: { address: 'ann@example.test', name: 'Ann' }, dedupeId: 'r1',
    data: { token: 'secret-token-1234567890', expiresAt: '2026-03-02T23:00:00.000Z' },
  },
}
const minutes = (n: number): number => n * 60_000
const days = (n: number): number => n * 86_400_000

/** Two mails that wait, one that tells something and one that somebody waits for, before a mail server that takes all unless told otherwise. */
const waiting = async () => {
  const [tables, clock, left] = [memoryTables(), testClock('2026-03-02T22:00:00.000Z'), new Array<string>()]
  const world = {
    tables, clock, left, preferences: preferencesStore(tables), hidden: hiddenProjects(tables), members: new Set(['ann']),
    ask: async (): Promise<void> => {}, take: async (_: Letter): Promise<void> => {},
  }
  const insiders: Insiders = async (_, projectId, people) => {
    await world.ask()
    return new Set(people.filter(id => projectId === 'p1' && world.members.has(id)))
  }
  const directory = { contact: async () => ({ id: 'ann', name: 'Ann Lee', email: 'ann@example.test', locale: 'en', timezone: 'UTC' }), name: async () => undefined }
  const smtp = { send: async (letter: Letter) => { await world.take(letter); left.push(letter.id) } }
  const { send } = sender({
    mails: tables.mails, directory, preferencesOf: world.preferences.of, insiders, isHidden: world.hidden.isHidden, smtp, clock,
    site: { publicUrl: 'https://work.example' },
  })
  await tables.mails.insert([told, reset])
  const stateOf = async (id: string) => {
    const row = await tables.mails.one({ _id: id })
    return [row?.state, row?.reason]
  }
  return Object.assign(world, { send: (id: string, waitedMs: number, refusedForMs = 0) => send(id, waitedMs, refusedForMs), stateOf })
}
let at: Awaited<ReturnType<typeof waiting>>
beforeEach(async () => { at = await waiting() })

describe('a mail that waited', () => {
  it('for the end of quiet hours leaves then', async () => {
    await at.preferences.change(ann, { quietHours: { from: '22:00', to: '07:00' } })
    expect(await at.send('told', 0)).toEqual({ afterMs: minutes(9 * 60) })
    at.clock.advance(minutes(9 * 60))
    expect([await at.send('told', minutes(9 * 60)), at.left]).toEqual(['done', ['told']])
  })
  it.each([
    ['such mails were switched off', async () => { await at.preferences.change(ann, { events: { assigned: { email: false } } }) }, 'the recipient has switched such mails off'],
    ['they were switched off for its project', async () => {
      await at.preferences.change(ann, { projects: [{ projectId: 'p1', events: { assigned: { email: false } } }] })
    }, 'the recipient has switched such mails off'],
    ['the recipient was taken out of its project', async () => { at.members.clear() }, 'the recipient may not see the project any more'],
  ])('is dropped when meanwhile %s, but one that somebody waits for is not', async (_, happens, reason) => {
    await happens()
    expect([await at.send('told', 0), await at.send('reset', 0), at.left]).toEqual(['done', 'done', ['reset']])
    expect([await at.stateOf('told'), await at.stateOf('reset')]).toEqual([['dropped', reason], ['sent', null]])
    expect(await at.tables.mails.one({ _id: 'told' })).not.toHaveProperty('told')
  })
  it('for a mail server is dropped when what it is about has run out: its link is dead', async () => {
    at.clock.advance(minutes(60) - 1)
    at.take = async () => { throw new Error('connect ECONNREFUSED') }
    await expect(at.send('reset', minutes(60))).rejects.toThrow('ECONNREFUSED')
    at.clock.advance(1)
    at.take = async () => {}
    expect([await at.send('reset', minutes(60)), at.left, await at.stateOf('reset')]).toEqual(['done', [], ['dropped', 'what it is about has run out']])
    expect(JSON.stringify(await at.tables.mails.one({ _id: 'reset' }))).not.toMatch(/secret-token|example\.test/)
  })
  it('is kept while its project is deleted, leaves when that is restored, and is dropped when that takes too long', async () => {
    const saga = { organizationId: 'o1', projectId: 'p1', sagaId: 'delete-project.1' }
    await at.tables.mails.insert([{ ...told, _id: 'old' }])
    await at.hidden.hide(saga)
    expect([await at.send('told', 0), await at.send('told', minutes(1)), await at.send('told', days(1))])
      .toEqual([{ afterMs: 5_000 }, { afterMs: minutes(1) }, { afterMs: minutes(10) }])
    expect([await at.send('old', days(5.1)), at.left]).toEqual(['done', []])
    await at.hidden.show(saga)
    expect([await at.send('told', minutes(10)), await at.stateOf('old'), at.left]).toEqual(['done', ['dropped', 'its project was deleted'], ['told']])
  })
  it('leaves once, although the queue gives it to two slots', async () => {
    expect([await Promise.all([at.send('told', 0), at.send('told', 0)]), at.left]).toEqual([['done', { afterMs: 2_000 }], ['told']])
    expect([await at.send('told', 0), at.left]).toEqual(['done', ['told']])
  })
  it('and says that he is no longer in a project goes to whoever was taken out', async () => {
    await at.tables.mails.insert([{ ...told, _id: 'out', told: { type: 'project-removed', title: 'You are no longer in “Apollo”', body: '', link: '/projects', projectId: null } }])
    await at.preferences.change(ann, { events: { 'project-removed': { email: true } } })
    at.members.clear()
    expect([await at.send('out', 0), at.left]).toEqual(['done', ['out']])
  })
  it('is dropped although those who know that the recipient is out of the project answer late, and they are asked once', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => { vi.useRealTimers() })
    at.members.clear()
    const [answer, asked] = [Promise.withResolvers<void>(), vi.fn<() => Promise<void>>()]
    at.ask = asked.mockImplementation(() => answer.promise)
    for (let look = 0; look < 2; look++) {
      const sent = at.send('told', 0)
      await vi.advanceTimersByTimeAsync(250)
      expect(await sent).toEqual({ afterMs: 2_000 })
    }
    answer.resolve()
    expect([await at.send('told', 0), asked.mock.calls.length]).toEqual(['done', 1])
    expect(await at.stateOf('told')).toEqual(['dropped', 'the recipient may not see the project any more'])
  })
  it('is not dropped by what was said of another mail before the recipient came into the project', async () => {
    at.members.clear()
    await at.send('told', 0)
    at.members.add('ann')
    await at.tables.mails.insert([{ ...told, _id: 'later' }])
    expect([await at.send('later', 0), at.left]).toEqual(['done', ['later']])
  })
  it('leaves once, although the store was away when it had left', async () => {
    const { mails } = at.tables
    let away = 2
    const set = mails.set.bind(mails)
    mails.set = async (...given) => { if (away-- > 0) throw new Error('away'); return set(...given) }
    expect([await at.send('told', 0), await at.send('told', 0), at.left]).toEqual(['done', 'done', ['told']])
    expect(await at.stateOf('told')).toEqual(['sent', null])
  })
})

describe('a mail that the server does not take', () => {
  it('is shown to it again after a minute, however long it waited before, then after as long as it has been refused, and every half hour in the end', async () => {
    at.take = async () => { throw new MailRefused('the mail server refuses it (451)') }
    const waits: unknown[] = []
    for (const refusedFor of [0, minutes(1), minutes(2), minutes(20), minutes(90), days(4)]) waits.push(await at.send('reset', days(4), refusedFor))
    expect(waits).toEqual([1, 1, 2, 20, 30, 30].map(n => ({ afterMs: minutes(n), refused: true })))
  })
  it.each([
    ['it is refused', new MailRefused('the mail server refuses it (451)'), { giveUp: 'the mail server refuses it (451)' }],
    ['the server is away', new Error('connect ECONNREFUSED for ann@example.test'), { giveUp: 'it could not be sent for five days' }],
  ])('is given up after five days and not before: %s', async (_, error, givenUp) => {
    at.take = async () => { throw error }
    expect(await at.send('reset', days(4.9)).catch(() => 'tried again')).not.toHaveProperty('giveUp')
    expect(await at.send('reset', days(5.1))).toEqual(givenUp)
  })
  it('is given up at once when the recipient is refused for good', async () => {
    at.take = async () => { throw new RecipientRejected('the mail server refused it for good (550)') }
    expect(await at.send('reset', 0)).toEqual({ giveUp: 'the mail server refused it for good (550)' })
  })
  it('waits however long what it needs to know of the recipient is away', async () => {
    at.tables.preferences.one = async () => { throw new Error('away') }
    await expect(at.send('told', days(9))).rejects.toThrow('away')
    expect(await at.stateOf('told')).toEqual(['waiting', null])
  })
})
