import { describe, expect, it } from 'vitest'
import { hashOf, type Commit } from '../../../services/shared/kit/events/log/commit.ts'
import { segmentAt, START, endOf } from '../../../services/shared/kit/events/positions/segments.ts'
import { checkPositions, checkStreams } from './chains.ts'
import { compare } from './compare.ts'
import { effect, effectsOf, privateEffectsOf } from './effects.ts'
import { together, total } from './findings.ts'
import { checkSagas } from './sagas.ts'
import { checkView } from './views.ts'

const commit = (id: string, version: number, previousHash: string): Commit => {
  const rest = {
    id: `o/task/${id}:${version}`, tenantId: 'o', stream: `o/task/${id}`, version, partition: 0, journal: 'w:0',
    events: [{ type: 'Done', version: 1, data: {} }], publicEvents: [], at: '2026-01-01T00:00:00.000Z', actor: 'u',
    correlationId: 'k', causationId: null, commandId: `c${version}`, ip: null, traceparent: null, previousHash,
  }
  return { ...rest, hash: hashOf(rest) }
}
const first = commit('a', 1, '')
const second = commit('a', 2, first.hash)
const other = commit('b', 1, '')
const one = segmentAt(0, START, [first, other], 'now')
const two = segmentAt(0, endOf(one), [second], 'now')
const sound = { missing: [], twice: [], phantom: [] }

describe('the checker', () => {
  it('finds nothing where all is well', () => {
    expect(compare('log', { must: ['x', 'y'], may: ['z'] }, ['y', 'x'])).toEqual(sound)
    expect(compare('log', { must: ['x'], may: ['z'] }, ['z', 'x'])).toEqual(sound)
    expect(total(together([checkStreams([second, other, first]), checkPositions([first, second, other], [two, one])]))).toBe(0)
  })
  it('finds what was acknowledged and is missing', () => { expect(compare('log', { must: ['x', 'y'] }, ['y']).missing).toEqual(['log: x']) })
  it('finds what was applied twice', () => { expect(compare('log', { must: ['x'] }, ['x', 'x']).twice).toEqual(['log: x (2 times)']) })
  it('finds what nobody asked for', () => { expect(compare('log', { must: [], may: ['z'] }, ['x', 'z']).phantom).toEqual(['log: x']) })
  it('finds a hole in a stream', () => { expect(checkStreams([first, commit('a', 3, first.hash)]).disorder).toHaveLength(1) })
  it('finds a commit that was changed, and one that continues another', () => {
    expect(checkStreams([first, { ...second, actor: 'somebody else' }]).broken).toEqual([`${second.id} was changed`])
    expect(checkStreams([first, commit('a', 2, 'elsewhere')]).broken).toEqual([`${second.id} does not continue the commit before it`])
  })
  it('finds a commit without a position, with two, and out of order', () => {
    expect(checkPositions([first, second, other], [one]).missing).toEqual([`${second.id} has no position`])
    expect(checkPositions([first, second, other], [one, two, segmentAt(0, endOf(two), [second], 'now')]).twice).toHaveLength(1)
    expect(checkPositions([first, second], [segmentAt(0, START, [second, first], 'now')]).disorder).not.toEqual([])
  })
  it('finds a hole between segments, and one that was changed', () => {
    expect(checkPositions([second], [two]).disorder).not.toEqual([])
    expect(checkPositions([first, second, other], [one, { ...two, at: 'later' }]).broken).toEqual([`segment ${two.id}`])
  })
  it('finds a saga that is stuck, lost, or ended otherwise', () => {
    const now = '2026-01-01T00:00:00.000Z'
    const saga = { _id: 's.1', name: 's', state: 'running', step: 'half', outcome: null, dueAt: now }
    expect(checkSagas([], [saga], now).stuck).toEqual(['saga s.1 is running at half'])
    expect(checkSagas([{ sagaId: 's.2', outcomes: ['done'] }], [], now).missing).toHaveLength(1)
    expect(checkSagas([{ sagaId: 's.1', outcomes: ['done'] }], [{ ...saga, state: 'finished', outcome: 'undone' }], now).stuck).toHaveLength(1)
    expect(checkSagas([{ sagaId: 's.1', outcomes: ['done'] }], [{ ...saga, state: 'finished', outcome: 'done' }], now)).toEqual({ missing: [], stuck: [] })
    expect(checkSagas([], [{ ...saga, step: 'waiting', dueAt: '2026-01-08T00:00:00.000Z' }, { ...saga, step: 'waiting' }], now).stuck).toEqual(['saga s.1 is running at waiting'])
  })
  it('finds a view that is not what the log says', () => {
    expect(checkView('v', [{ _id: 'a', n: 1 }], [{ n: 1, _id: 'a' }]).unequal).toEqual([])
    expect(checkView('v', [{ _id: 'a', n: 1 }], [{ _id: 'a', n: 2 }]).unequal).toHaveLength(1)
    expect(checkView('v', [{ _id: 'a' }], []).unequal).toEqual(['v a is missing'])
    expect(checkView('v', [], [{ _id: 'a' }]).unequal).toEqual(['v a is in no log'])
    expect(checkView('v', [{ _id: 'a' }], [{ _id: 'a' }, { _id: 'a' }]).unequal).toEqual(['v a is there twice'])
  })
})

describe('effects of events', () => {
  const about = { taskId: 't', projectId: 'p', title: 'Fuel', assigneeId: 'u', reporterId: 'r' }
  it('are named as a client names them', () => {
    expect(effectsOf({ type: 'TaskStatusChanged', data: { ...about, from: 'todo', to: 'done' } }, new Set())).toEqual([effect.moved('t', 'todo', 'done')])
    const changes = { assigneeId: { before: null, after: 'u' }, blockedBy: { before: ['x'], after: ['x', 'y'] } }
    expect(effectsOf({ type: 'TaskUpdated', data: { ...about, mentions: [], changes } }, new Set()))
      .toEqual([effect.assigned('t', 'u'), effect.blocked('t', 'y')])
    expect(effectsOf({ type: 'TaskDeleted', data: about }, new Set(['p']))).toEqual([effect.unbuilt('p', 'Fuel')])
    const freeing = { blockedBy: { before: ['x', 'y'], after: ['x'] } }
    expect(effectsOf({ type: 'TaskUpdated', data: { ...about, mentions: [], changes: freeing } }, new Set())).toEqual([effect.freed('t', 'y')])
    expect(effectsOf({ type: 'TaskRestored', data: { ...about, status: 'todo' } }, new Set(['p']))).toEqual([effect.rebuilt('p', 'Fuel')])
    expect(effectsOf({ type: 'UserLoggedIn', data: { userId: 'u', sessionId: 's' } }, new Set())).toEqual([effect.signedIn('s')])
    expect(effectsOf({ type: 'TaskCompleted', data: {} }, new Set())).toEqual([])
  })
  it('are found in commits where no public event tells of them', () => {
    expect(privateEffectsOf({ ...first, stream: 'o/comment/c', events: [{ type: 'CommentEdited', version: 1, data: {} }] })).toEqual([effect.edited('c')])
    expect(privateEffectsOf({ ...first, stream: 'o/time-entry/e', events: [{ type: 'TimeLogged', version: 1, data: {} }] })).toEqual([effect.logged('e')])
  })
})
