import { describe, expect, it } from 'vitest'
import { Refused } from '../decider.ts'
import { sagaSpec } from './saga-spec.ts'
import { closing, id, start, world } from './test/closing-account.ts'

describe('a saga', () => {
  const given = sagaSpec(closing)
  it('is a pure step that tests read as sentences', () => {
    given(start).when({ type: 'Replied', id: 'leave', service: 'project', operation: 'leave', reply: { left: ['p1'] } })
      .thenTurn({ step: 'releasing', left: ['p1'] }, [{ do: 'invoke', id: 'release', service: 'task', operation: 'release', input: { body: { userId: 'u1', sagaId: 's' } } }])
  })

  it('runs to its end, says so, and leaves neither a reminder nor the state of its actor', async () => {
    const { boot, dapr, store, effects } = world()
    const host = boot()
    await host.start(id, 'o1', start)
    await dapr.settled()
    expect(effects).toEqual(['leave', 'release', 'erase'])
    expect(await host.status('o1', id)).toMatchObject({
      id, state: 'finished', step: 'closed', outcome: 'closed',
      history: [{ input: 'CloseAccount' }, { input: 'Replied' }, { input: 'Replied' }, { input: 'Done' }],
    })
    expect(dapr.reminders.size).toBe(0)
    expect([store.documents.get(id)?.start, await dapr.actors.getState('UserSaga', id, 'saga')]).toEqual([null, undefined])
    expect(await host.status('o2', id)).toBeUndefined()
  })

  it('deletes the state of its actor in its next turn when that failed at its end', async () => {
    const { boot, dapr } = world()
    const { transact } = dapr.actors
    let failures = 1
    dapr.actors = { ...dapr.actors, transact: async (type, saga, operations) => {
      if (operations.some(o => o.operation === 'delete') && failures-- > 0) throw new Error('the sidecar is away')
      await transact(type, saga, operations)
    } }
    const host = boot()
    await host.start(id, 'o1', start)
    await dapr.settled()
    expect([(await host.status('o1', id))?.state, await dapr.actors.getState('UserSaga', id, 'saga')]).toEqual(['finished', expect.anything()])
    await dapr.fire('UserSaga', id, 'drive')
    expect([await dapr.actors.getState('UserSaga', id, 'saga'), dapr.reminders.size]).toEqual([undefined, 0])
  })

  it('changes nothing when it is started or told something twice', async () => {
    const { boot, dapr, effects } = world()
    const host = boot()
    await host.start(id, 'o1', start)
    await host.signal(id, { type: 'Nudge' }, 'e1')
    await host.signal(id, { type: 'Nudge' }, 'e1')
    await host.start(id, 'o1', start)
    await dapr.settled()
    expect(effects).toEqual(['leave', 'release', 'erase'])
    expect((await host.status('o1', id))?.history.filter(h => h.input === 'Nudge').length).toBeLessThanOrEqual(1)
  })

  it('takes its steps back when a later one is refused', async () => {
    const { boot, dapr, effects } = world({ refuse: 'erase' })
    const host = boot()
    await host.start(id, 'o1', start)
    await dapr.settled()
    expect(effects).toEqual(['leave', 'release', 'rejoin'])
    expect(await host.status('o1', id)).toMatchObject({ state: 'finished', outcome: 'undone' })
  })

  it('tries an order again while nobody answers, and gives up at its deadline', async () => {
    let away = true
    const { boot, effects, finish, store } = world({ away: () => away })
    const host = boot()
    await host.start(id, 'o1', start)
    await finish(host)
    expect(store.documents.get(id)).toMatchObject({ state: 'finished', outcome: 'refused' })
    expect(effects).toEqual([])
    away = false
    const second = world({ away: () => away })
    const again = second.boot()
    away = true
    await again.start(id, 'o1', start)
    await second.dapr.settled()
    away = false
    await second.finish(again)
    expect(second.store.documents.get(id)).toMatchObject({ outcome: 'closed' })
  })

  it('sleeps until its timer, without being woken by the sweep', async () => {
    const { boot, clock, dapr, store } = world({ away: () => true })
    const host = boot()
    await host.start(id, 'o1', start)
    await dapr.settled()
    expect(dapr.reminders.get(`UserSaga/${id}/drive`)).toEqual({ due: 'PT1S', period: 'PT30S' })
    expect(store.documents.get(id)?.dueAt).toBe('2026-03-02T09:00:01.000Z')
    clock.advance(20_000)
    expect(await host.sweep()).toBe(0)
    clock.advance(20_000)
    expect(await host.sweep()).toBe(1)
    await dapr.settled()
  })

  it('is kept while placement is away and started by the sweep', async () => {
    const { boot, dapr, finish, store, warnings } = world()
    const host = boot()
    dapr.down = true
    await host.start(id, 'o1', start)
    expect(warnings).toHaveLength(1)
    expect(store.documents.get(id)).toMatchObject({ state: 'running', step: 'new' })
    dapr.down = false
    await finish(host)
    expect(store.documents.get(id)).toMatchObject({ outcome: 'closed' })
  })

  it('is started by the sweep even when another one before it can never be', async () => {
    const { boot, clock, dapr, store } = world()
    const host = boot()
    dapr.down = true
    const other = `${id.slice(0, -1)}2`
    for (const saga of [other, id]) await host.start(saga, 'o1', start)
    dapr.down = false
    const { actors } = dapr
    dapr.actors = { ...actors, invoke: async (type, saga, ...rest) => { if (saga === other) throw new Refused('unavailable', 'down'); return actors.invoke(type, saga, ...rest) } }
    clock.advance(60_000)
    expect(await host.sweep()).toBe(1)
    await dapr.settled()
    expect([id, other].map(saga => store.documents.get(saga)?.state)).toEqual(['finished', 'running'])
  })

  it.each(['by the same process', 'by another that has it meanwhile'])('keeps what it is told %s while a turn is under way that the sidecar has given up', async teller => {
    const gate = Promise.withResolvers<void>()
    let away = false
    const { boot, dapr, effects, finish, nudges } = world({ away: () => away, left: gate.promise })
    const host = boot()
    const other = teller === 'by the same process' ? host : boot()
    let [current, drives] = [host, 0]
    // The first drive is the one that was given up: whoever calls now is let in beside it, and what is left waits for the reminder.
    dapr.actors = { ...dapr.actors, invoke: async (_, saga, method, body) => (method === 'drive' && drives++ > 0 ? undefined : current.actor.call(saga, method, body)) }
    const rest = () => new Promise(resolve => { setImmediate(resolve) })
    await host.start(id, 'o1', start)
    await rest()
    current = other
    const told = host.signal(id, { type: 'Nudge' }, 'e1')
    await rest()
    away = true
    gate.resolve()
    await told
    await rest()
    current = host
    dapr.host(host.actor)
    away = false
    await finish(host)
    expect([nudges(), effects]).toEqual([1, ['leave', 'release', 'erase']])
  })

  it('goes on from what is stored when it comes back from another process', async () => {
    let away = true
    const { boot, clock, dapr, nudges } = world({ away: () => away })
    const host = boot()
    await host.start(id, 'o1', start)
    await dapr.settled()
    await boot().signal(id, { type: 'Nudge' }, 'e1')
    await dapr.settled()
    dapr.host(host.actor)
    away = false
    clock.advance(2_000)
    await dapr.fire('UserSaga', id, 'drive')
    expect(await host.status('o1', id)).toMatchObject({ outcome: 'closed' })
    expect(nudges()).toBe(1)
  })

  it('reaches the same end from a crash at every single moment', async () => {
    for (const refuse of [undefined, 'release', 'erase']) {
      const options = refuse === undefined ? {} : { refuse }
      const calm = world(options)
      const calmHost = calm.boot()
      await calmHost.start(id, 'o1', start)
      await calm.finish(calmHost)
      const expected = calm.store.documents.get(id)
      for (let crashAt = 1; crashAt <= calm.moments(); crashAt++) {
        const { boot, effects, finish, store, dapr } = world({ ...options, crashAt })
        await boot().start(id, 'o1', start)
        await dapr.settled()
        // The process is gone: a new host with an empty memory takes over.
        await finish(boot())
        expect(effects, `crash at ${crashAt}`).toEqual(calm.effects)
        expect(store.documents.get(id), `crash at ${crashAt}`).toMatchObject({ state: 'finished', outcome: expected?.outcome, step: expected?.step })
        expect(dapr.reminders.size).toBe(0)
      }
    }
  })
})
