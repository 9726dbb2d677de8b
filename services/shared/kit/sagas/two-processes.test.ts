import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { testClock } from '../clock.ts'
import { memoryDapr } from '../dapr/memory-dapr.ts'
import { sagaHostOn, type SagaHost } from './host.ts'
import { memorySagaStore } from './memory-saga-store.ts'
import { SagaRecord } from './record.ts'
import { defineSaga } from './saga.ts'

type State = { step: 'idle' | 'hiding' | 'restorable' | 'purging' | 'restoring' | 'over'; restored?: boolean }
type Own = { type: 'Start' } | { type: 'Restored' } | { type: 'GraceOver' }
type Name = 'hide' | 'purge' | 'restore'
type Effects = Record<Name, (input: object) => Promise<null>>

const order = (step: State['step'], name: Name) => ({ state: { step }, outputs: [{ do: 'command', id: name, name, input: {} } as const] })
/** Hidden → a time of grace → purged; a restore turns round wherever it is, until the purge. */
const remove = defineSaga<State, Own, object, Effects>({
  name: 'remove', initial: { step: 'idle' }, deadline: 'P60D',
  step: (state, input) => {
    if (input.type === 'Start') return order('hiding', 'hide')
    if (input.type === 'Restored' && state.step === 'hiding') return { state: { ...state, restored: true }, outputs: [] }
    if (input.type === 'Restored' && state.step === 'restorable') return order('restoring', 'restore')
    if (input.type === 'GraceOver' && state.step === 'restorable') return order('purging', 'purge')
    if (input.type !== 'Done') return { state, outputs: [] }
    if (input.name !== 'hide') return { state: { step: 'over' }, outputs: [{ do: 'finish', outcome: input.name }] }
    return state.restored ? order('restoring', 'restore') : { state: { step: 'restorable' }, outputs: [{ do: 'remind', id: 'grace', after: 'P30D', input: { type: 'GraceOver' } }] }
  },
})
const id = 'remove.019aa000-0000-7000-8000-000000000001'
const graceMs = 30 * 86_400_000

/** Two processes behind one sidecar. The first can be stopped at any moment of a turn: before and after each call to its sidecar, its store and its effects. */
const world = () => {
  const [clock, dapr, store] = [testClock(), memoryDapr(), memorySagaStore()]
  const effects: string[] = []
  let [moments, stopAt, between] = [0, 0, async (): Promise<void> => {}]
  const moment = async (): Promise<void> => { if (++moments === stopAt) await between() }
  const boot = (around: () => Promise<void>): SagaHost => {
    const slow = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => async (...args: A): Promise<R> => {
      await around()
      const answer = await call(...args)
      await around()
      return answer
    }
    const { getState, transact, remind, unremind } = dapr.actors
    const effect = (name: Name) => slow(async (): Promise<null> => { effects.push(name); return null })
    const host: SagaHost = sagaHostOn({
      actorType: 'ProjectSaga', sagas: [remove], clients: {}, clock, secret: 'a secret of tests', logger: { warn: () => {} },
      commands: { hide: effect('hide'), purge: effect('purge'), restore: effect('restore') },
      store: { ...store, find: slow(store.find), save: slow(store.save) },
      // Each process is called by itself, and driven by its reminder only.
      dapr: {
        ...dapr,
        actors: {
          getState: slow(getState), transact: slow(transact), remind: slow(remind), unremind,
          invoke: async (_, saga, method, body) => (method === 'drive' ? undefined : host.actor.call(saga, method, body)),
        },
      },
    })
    return host
  }
  const [first, second] = [boot(moment), boot(async () => {})]
  const drive = async (host: SagaHost): Promise<void> => { await host.actor.remind(id, 'drive', undefined) }
  return {
    first, second, drive, effects, clock, dapr, store,
    kept: async () => SagaRecord.parse(await dapr.actors.getState('ProjectSaga', id, 'saga')),
    /** Runs a turn of the first process, with something in between at its n-th moment; answers how many it has. */
    turn: async (run: () => Promise<void>, at = 0, what = between): Promise<number> => {
      [moments, stopAt, between] = [0, at, what]
      await run()
      return moments
    },
  }
}
/** Up to the turn in question: the one that hides, or the one in which the grace is over. */
const upTo = async (turn: 'order' | 'timer') => {
  const w = world()
  await w.first.start(id, 'o1', { type: 'Start' })
  if (turn === 'order') return w
  await w.drive(w.first)
  w.clock.advance(graceMs)
  return w
}

describe('a saga that two processes have at once', () => {
  it.each((['order', 'timer'] as const).flatMap(turn => [[turn, 'tells it something'], [turn, 'tells it something and drives it on']] as const))(
    'loses nothing that was acknowledged: at any moment of a turn (%s) the other %s', async (turn, what) => {
      const calm = await upTo(turn)
      const moments = await calm.turn(() => calm.drive(calm.first))
      expect(moments).toBeGreaterThan(8)
      for (let at = 1; at <= moments; at++) {
        const w = await upTo(turn)
        let before: string | undefined
        await w.turn(() => w.drive(w.first), at, async () => {
          before = w.store.documents.get(id)?.state
          await w.second.signal(id, { type: 'Restored' }, 'e1')
          if (what !== 'tells it something') await w.drive(w.second)
        })
        for (let i = 0; i < 4; i++) await w.drive(w.second)
        const told = w.store.documents.get(id)?.history.map(h => h.input) ?? []
        // Who came first decides, and only what was decided is done.
        const came = told.find(t => t === 'Restored' || t === 'GraceOver') === 'GraceOver' ? 'purge' : 'restore'
        const kept = [told.filter(t => t === 'Restored').length, w.store.documents.get(id)]
        expect(kept, `moment ${at}`).toMatchObject([before === 'finished' ? 0 : 1, { state: 'finished', outcome: came }])
        expect([...new Set(w.effects)], `moment ${at}`).toEqual(['hide', came])
        expect([await w.second.sweep(), w.dapr.reminders.size]).toEqual([0, 0])
      }
    })

  it('stays at its end, also when a record from before is written late', async () => {
    const w = await upTo('order')
    const late = await w.kept()
    await w.second.signal(id, { type: 'Restored' }, 'e1')
    await w.drive(w.second)
    const [end, done] = [w.store.documents.get(id), [...w.effects]]
    await w.dapr.actors.transact('ProjectSaga', id, [{ operation: 'upsert', key: 'saga', value: late }])
    await w.second.signal(id, { type: 'Restored' }, 'e2')
    await w.drive(w.second)
    expect([w.store.documents.get(id), w.effects]).toEqual([end, done])
  })

  it.each([-1, 0, 1])('goes on from the record of its actor where the database has none, but a revision that is %i from it', async off => {
    const w = await upTo('order')
    await w.drive(w.first)
    const { record, ...before } = w.store.documents.get(id)!
    expect(z.string().parse(record)).toContain('restorable')
    w.store.documents.set(id, { ...before, revision: before.revision + off })
    await w.second.signal(id, { type: 'Restored' }, 'e1')
    await w.drive(w.second)
    expect(w.store.documents.get(id)).toMatchObject({ state: 'finished', outcome: 'restore' })
  })

  it('begins anew where the database has a revision without a record, and its actor has lost its own', async () => {
    const w = await upTo('order')
    const { record: _, ...before } = w.store.documents.get(id)!
    w.store.documents.set(id, before)
    await w.dapr.actors.transact('ProjectSaga', id, [{ operation: 'delete', key: 'saga' }])
    w.clock.advance(60_000)
    expect(await w.second.sweep()).toBe(1)
    await w.drive(w.second)
    expect([w.store.documents.get(id)?.step, w.effects]).toEqual(['restorable', ['hide']])
  })

  it('goes on from the database where its actor has an older record', async () => {
    const w = await upTo('order')
    const older = await w.kept()
    await w.drive(w.first)
    await w.dapr.actors.transact('ProjectSaga', id, [{ operation: 'upsert', key: 'saga', value: older }])
    w.clock.advance(graceMs)
    await w.drive(w.second)
    expect([w.store.documents.get(id)?.outcome, w.effects]).toEqual(['purge', ['hide', 'purge']])
  })
})
