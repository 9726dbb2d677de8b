import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { operation } from '../../contracts/define.ts'
import { testClock } from '../clock.ts'
import { memoryDapr } from '../dapr/memory-dapr.ts'
import { Refused } from '../decider.ts'
import { sagaHostOn } from './host.ts'
import { memorySagaStore } from './memory-saga-store.ts'
import { sagaSpec } from './saga-spec.ts'
import { defineSaga } from './saga.ts'

const Body = z.object({ userId: z.string(), sagaId: z.string() })
const projectApi = {
  leave: operation({ method: 'POST', path: '/internal/projects/leave', summary: 'Leave', access: 'internal', callers: ['user'], status: 200, body: Body, reply: z.object({ left: z.array(z.string()) }) }),
  rejoin: operation({ method: 'POST', path: '/internal/projects/rejoin', summary: 'Rejoin', access: 'internal', callers: ['user'], status: 204, body: z.object({ sagaId: z.string(), left: z.array(z.string()) }) }),
}
const taskApi = { release: operation({ method: 'POST', path: '/internal/tasks/release', summary: 'Release', access: 'internal', callers: ['user'], status: 204, body: Body }) }

type State = { step: 'new' | 'leaving' | 'releasing' | 'erasing' | 'undoing' | 'closed' | 'open'; userId?: string; left?: string[] }
type Own = { type: 'CloseAccount'; userId: string; sagaId: string } | { type: 'Nudge' }
type Effects = { erase: (input: { userId: string }) => Promise<{ erased: number }> }

const closing = defineSaga<State, Own, { project: typeof projectApi; task: typeof taskApi }, Effects>({
  name: 'close-account', initial: { step: 'new' }, deadline: 'PT10M',
  step: (state, input) => {
    switch (input.type) {
      case 'CloseAccount': return {
        state: { step: 'leaving', userId: input.userId },
        outputs: [{ do: 'invoke', id: 'leave', service: 'project', operation: 'leave', input: { body: { userId: input.userId, sagaId: input.sagaId } } }],
      }
      case 'Replied':
        if (input.operation === 'leave') return {
          state: { ...state, step: 'releasing', left: input.reply.left },
          outputs: [{ do: 'invoke', id: 'release', service: 'task', operation: 'release', input: { body: { userId: state.userId ?? '', sagaId: 's' } } }],
        }
        if (input.operation === 'release') return { state: { ...state, step: 'erasing' }, outputs: [{ do: 'command', id: 'erase', name: 'erase', input: { userId: state.userId ?? '' } }] }
        return { state: { ...state, step: 'open' }, outputs: [{ do: 'finish', outcome: 'undone' }] }
      case 'Done': return { state: { ...state, step: 'closed' }, outputs: [{ do: 'finish', outcome: 'closed' }] }
      case 'Refused': case 'CommandRefused': case 'DeadlinePassed':
        if (state.step === 'undoing' || state.left === undefined) return { state: { ...state, step: 'open' }, outputs: [{ do: 'finish', outcome: 'refused' }] }
        return { state: { ...state, step: 'undoing' }, outputs: [{ do: 'invoke', id: 'rejoin', service: 'project', operation: 'rejoin', input: { body: { sagaId: 's', left: state.left } } }] }
      case 'Nudge': return { state, outputs: [] }
    }
  },
})

const id = 'close-account.019aa000-0000-7000-8000-000000000001'
const start: Own = { type: 'CloseAccount', userId: 'u1', sagaId: id }

/** A world whose services are idempotent by order, as the platform's are, and which can be made to crash before or after any effect. */
const world = (options: { crashAt?: number; refuse?: string; away?: () => boolean; left?: Promise<void> } = {}) => {
  const clock = testClock()
  const dapr = memoryDapr()
  const store = memorySagaStore()
  const effects: string[] = []
  const warnings: string[] = []
  let moments = 0
  const moment = (): void => { if (++moments === options.crashAt) throw new Error('kill -9') }
  const effect = <T>(name: string, reply: T) => async (): Promise<T> => {
    if (options.away?.()) throw new Refused('unavailable', 'down')
    moment()
    if (options.refuse === name) throw new Refused('rule', `${name}-refused`)
    if (name === 'leave') await options.left
    if (!effects.includes(name)) effects.push(name)
    moment()
    return reply
  }
  const { actors } = dapr
  dapr.actors = { ...actors, transact: async (...args) => { moment(); await actors.transact(...args); moment() } }
  const boot = () => {
    const host = sagaHostOn({
      actorType: 'UserSaga', sagas: [closing], dapr, clock, secret: 'a secret of tests',
      store: { ...store, save: async document => { moment(); const kept = await store.save(document); moment(); return kept } },
      clients: { project: { leave: effect('leave', { left: ['p1'] }), rejoin: effect('rejoin', undefined) }, task: { release: effect('release', undefined) } },
      commands: { erase: effect('erase', { erased: 1 }) },
      logger: { warn: (_, message) => { warnings.push(message) } },
    })
    dapr.host(host.actor)
    return host
  }
  const finish = async (host: ReturnType<typeof boot>): Promise<void> => {
    for (let i = 0; i < 80 && (store.documents.get(id)?.state !== 'finished' || dapr.reminders.size > 0); i++) {
      await dapr.settled()
      clock.advance(10_000)
      await host.sweep().catch(() => undefined)
      if (dapr.reminders.has(`UserSaga/${id}/drive`)) await dapr.fire('UserSaga', id, 'drive').catch(() => undefined)
    }
    await dapr.settled()
  }
  const nudges = (): number | undefined => store.documents.get(id)?.history.filter(h => h.input === 'Nudge').length
  return { boot, clock, dapr, store, effects, warnings, finish, nudges, moments: () => moments }
}

describe('a saga', () => {
  const given = sagaSpec(closing)
  it('is a pure step that tests read as sentences', () => {
    given(start).when({ type: 'Replied', id: 'leave', service: 'project', operation: 'leave', reply: { left: ['p1'] } })
      .thenTurn({ step: 'releasing', left: ['p1'] }, [{ do: 'invoke', id: 'release', service: 'task', operation: 'release', input: { body: { userId: 'u1', sagaId: 's' } } }])
  })

  it('runs to its end, says so, and leaves no reminder', async () => {
    const { boot, dapr, store, effects } = world()
    const host = boot()
    await host.start(id, 'o1', start)
    await dapr.settled()
    expect(effects).toEqual(['leave', 'release', 'erase'])
    expect(await host.status('o1', id)).toMatchObject({ id, state: 'finished', step: 'closed', outcome: 'closed', history: [{ input: 'CloseAccount' }, { input: 'Replied' }, { input: 'Replied' }, { input: 'Done' }] })
    expect(dapr.reminders.size).toBe(0)
    expect(store.documents.get(id)?.start).toBeNull()
    expect(await host.status('o2', id)).toBeUndefined()
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
