import { z } from 'zod'
import { operation } from '../../../contracts/define.ts'
import { testClock } from '../../clock.ts'
import { memoryDapr } from '../../dapr/memory-dapr.ts'
import { Refused } from '../../decider.ts'
import { sagaHostOn } from '../host.ts'
import { memorySagaStore } from '../memory-saga-store.ts'
import { defineSaga } from '../saga.ts'

const Body = z.object({ userId: z.string(), sagaId: z.string() })
const projectApi = {
  leave: operation({
    method: 'POST', path: '/internal/projects/leave', summary: 'Leave', access: 'internal', callers: ['user'], status: 200,
    body: Body, reply: z.object({ left: z.array(z.string()) }),
  }),
  rejoin: operation({
    method: 'POST', path: '/internal/projects/rejoin', summary: 'Rejoin', access: 'internal', callers: ['user'], status: 204,
    body: z.object({ sagaId: z.string(), left: z.array(z.string()) }),
  }),
}
const taskApi = { release: operation({ method: 'POST', path: '/internal/tasks/release', summary: 'Release', access: 'internal', callers: ['user'], status: 204, body: Body }) }

type State = { step: 'new' | 'leaving' | 'releasing' | 'erasing' | 'undoing' | 'closed' | 'open'; userId?: string; left?: string[] }
type Own = { type: 'CloseAccount'; userId: string; sagaId: string } | { type: 'Nudge' }
type Effects = { erase: (input: { userId: string }) => Promise<{ erased: number }> }

/** A saga of three steps that can be taken back. */
export const closing = defineSaga<State, Own, { project: typeof projectApi; task: typeof taskApi }, Effects>({
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
        if (input.operation === 'release') return {
          state: { ...state, step: 'erasing' },
          outputs: [{ do: 'command', id: 'erase', name: 'erase', input: { userId: state.userId ?? '' } }],
        }
        return { state: { ...state, step: 'open' }, outputs: [{ do: 'finish', outcome: 'undone' }] }
      case 'Done': return { state: { ...state, step: 'closed' }, outputs: [{ do: 'finish', outcome: 'closed' }] }
      case 'Refused': case 'CommandRefused': case 'DeadlinePassed':
        if (state.step === 'undoing' || state.left === undefined) return { state: { ...state, step: 'open' }, outputs: [{ do: 'finish', outcome: 'refused' }] }
        return {
          state: { ...state, step: 'undoing' },
          outputs: [{ do: 'invoke', id: 'rejoin', service: 'project', operation: 'rejoin', input: { body: { sagaId: 's', left: state.left } } }],
        }
      case 'Nudge': return { state, outputs: [] }
    }
  },
})

export const id = 'close-account.019aa000-0000-7000-8000-000000000001'
export const start: Own = { type: 'CloseAccount', userId: 'u1', sagaId: id }

/** A world whose services are idempotent by order, as the platform's are, and which can be made to crash before or after any effect. */
export const world = (options: { crashAt?: number; refuse?: string; away?: () => boolean; left?: Promise<void> } = {}) => {
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
