import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Ticket } from '../../shared/contracts/user/http.ts'
import { budgetsOf, spend } from '../edge/rate-limit.ts'
import { charged } from './ask-projects.ts'
import { audience as newAudience } from './audience.ts'
import { hub as newHub, type Hub } from './hub.ts'
import { journal as newJournal, type Journal } from './journal.ts'
import type { LiveEvent } from './live-event.ts'
import { memberships as newMemberships } from './memberships.ts'
import { session, type Session, type SessionDeps } from './session.ts'
import { tokenStatus as newTokenStatus } from './token-status.ts'

let hub: Hub
let journal: Journal
let deps: SessionDeps
let frames: string[]
let open: boolean
let exists: (projectId: string) => Promise<boolean>
beforeEach(() => {
  exists = async () => true
  open = true
  const { lookUp } = budgetsOf({ userPer10s: 600, addressPer10s: 1, signInPerMinute: 1 })
  const ask = charged({ of: async () => [], exists: (_, projectId) => exists(projectId) }, userId => spend(lookUp, userId))
  const [audience, memberships] = [newAudience<Session>(), newMemberships(ask)]
  journal = newJournal(1)
  deps = { audience, journal, memberships }
  hub = newHub({ audience, journal, memberships, tokenStatus: newTokenStatus() })
  frames = []
})
afterEach(() => { vi.useRealTimers() })
const joined = (userId: string): Session => {
  const person: Ticket = { userId, organizationId: 'o1', role: 'owner', sessionId: userId, issuedAt: '2026-05-04T10:00:00.000Z' }
  const own = session(person, { send: text => { frames.push(text) }, close: () => {}, room: async () => {}, get open() { return open } }, deps)
  hub.join(own)
  return own
}
const say = (own: Session, type: 'subscribe' | 'unsubscribe', topic: string, after?: number): Promise<void> =>
  own.said(JSON.stringify({ type, topics: [topic], after }))
const event = (projectId: string | undefined, people: string[] = []): LiveEvent =>
  ({ name: 'TaskUpdated', organizationId: 'o1', projectId, people, text: '"x":1}' })
const kinds = (): unknown[] => frames.map(text => {
  const frame: unknown = JSON.parse(text)
  return typeof frame === 'object' && frame !== null && ('code' in frame ? frame.code : 'type' in frame && frame.type)
})

describe('the hub', () => {
  it('offers an event of a project to those who follow it and those it concerns, each once', async () => {
    for (let i = 0; i < 10_000; i++) await say(joined(`u${i}`), 'subscribe', `project:p${i % 100 + 10}`)
    const [follows, concerned] = [joined('ann'), joined('bob')]
    await say(follows, 'subscribe', 'project:p1')
    await say(concerned, 'subscribe', 'me')
    expect([hub.push(event('p1')), hub.push(event('p1', ['ann', 'bob'])), hub.push(event('p2'))]).toEqual([1, 2, 0])
    await say(follows, 'unsubscribe', 'project:p1')
    expect(hub.push(event('p1'))).toBe(0)
  })
  it('offers nothing to who has left, not even when he is granted something after that', async () => {
    const gone = joined('ann')
    const granting = say(gone, 'subscribe', 'project:p1')
    hub.leave(gone)
    await granting
    expect([hub.push(event('p1', ['ann'])), hub.size]).toEqual([0, 0])
  })
})

describe('who asks for what he missed', () => {
  it('is answered ten times in ten seconds, and again after that', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const own = joined('ann')
    for (let i = 0; i < 11; i++) await say(own, 'subscribe', 'me', journal.seq)
    expect(kinds().slice(-4)).toEqual(['subscribed', 'resumed', 'resumed', 'throttled'])
    vi.advanceTimersByTime(10_001)
    await say(own, 'subscribe', 'me', journal.seq)
    expect(kinds().slice(-3)).toEqual(['subscribed', 'resumed', 'resumed'])
  })
})

describe('who names made-up projects, a hundred in each of 240 frames,', () => {
  let asks: number
  const nameThem = (own: Session): Promise<unknown> => Promise.all(Array.from({ length: 240 }, (_, i) =>
    own.said(JSON.stringify({ type: 'subscribe', topics: Array.from({ length: 100 }, (__, j) => `project:f${i}-${j}`) }))))
  beforeEach(() => {
    asks = 0
    exists = async () => { asks += 1; return false }
  })

  it('makes the gateway ask for as many as his budget has, and hears that it is spent', async () => {
    await nameThem(joined('ann'))
    expect([asks, kinds().at(-1), kinds().filter(kind => kind === 'subscribed').length]).toEqual([600, 'throttled', 6])
    await say(joined('bob'), 'subscribe', 'project:p1')
    expect(asks).toBe(601)
  })
  it('makes it ask for none any more when he has hung up', async () => {
    exists = async () => { asks += 1; if (asks === 7) open = false; return false }
    await nameThem(joined('ann'))
    expect(asks).toBe(7)
  })
})
