import { setImmediate } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { ServerFrame } from '../../shared/contracts/gateway/live.ts'
import { audience as newAudience } from './audience.ts'
import { hub as newHub, type Hub } from './hub.ts'
import { journal as newJournal, type Journal } from './journal.ts'
import { liveEvent, type LiveEvent } from './live-event.ts'
import { memberships as newMemberships } from './memberships.ts'
import { session, type Line, type Session } from './session.ts'
import { tokenStatus as newTokenStatus } from './token-status.ts'

const begin = 100
let hub: Hub
let journal: Journal
let joined: (line: Line) => Session
beforeEach(() => {
  const [audience, memberships] = [newAudience<Session>(), newMemberships({ of: async () => [], exists: async () => true })]
  journal = newJournal(begin, begin, { maxEntries: 100 })
  hub = newHub({ audience, journal, memberships, tokenStatus: newTokenStatus() })
  joined = line => {
    const person = { userId: 'ann', organizationId: 'o1', role: 'owner', sessionId: 's1', issuedAt: '2026-05-04T10:00:00.000Z' } as const
    const own = session({ ...person }, line, { audience, journal, memberships })
    hub.join(own)
    return own
  }
})

/** Takes so many frames and no more; there is room as long as nothing else is said. */
const lineFor = (most = Infinity): Line & { frames: ServerFrame[] } => {
  const frames: ServerFrame[] = []
  return {
    frames, send: text => { if (frames.length < most) frames.push(ServerFrame.parse(JSON.parse(text))) },
    close: () => {}, room: async () => {}, get open() { return frames.length < most },
  }
}
const happened = (id: string, projectId: string | undefined): LiveEvent => liveEvent({
  specversion: '1.0', id, source: 'task', type: 'TaskUpdated', subject: 't1', time: '2026-05-04T10:00:00.000Z',
  data: { projectId, ...(projectId === undefined && { assigneeId: 'ann' }) }, dataversion: 1, organizationid: 'o1',
  partition: 0, position: 0, previous: -1, aggregateversion: 1, actor: 'u9', correlationid: 'c1',
})!
const subscribe = (own: Session, topics: string[], after?: number): Promise<void> => own.said(JSON.stringify({ type: 'subscribe', topics, after }))
const idsOf = (frames: readonly ServerFrame[]): string[] => frames.flatMap(frame => (frame.type === 'event' ? [frame.id] : []))
const said = (frames: readonly ServerFrame[]): string[] => frames.map(frame => (frame.type === 'event' ? frame.id : frame.type))
const highest = (frames: readonly ServerFrame[], before: number): number =>
  frames.reduce((found, frame) => ('seq' in frame ? Math.max(found, frame.seq) : found), before)

describe('who comes back with the highest number that he has seen', () => {
  it.each([1, 3, 4, 10, 31, 34])('misses nothing, though his line breaks after %i frames', async most => {
    const all = Array.from({ length: 30 }, (_, i) => `e${i}`)
    for (const [i, id] of all.entries()) hub.push(happened(id, i % 2 ? 'p1' : undefined))
    const seen: string[] = []
    let last = begin
    for (const size of [most, most, Infinity]) {
      const line = lineFor(size)
      const own = joined(line)
      await subscribe(own, ['me', 'project:p1'], last)
      hub.leave(own)
      seen.push(...idsOf(line.frames))
      last = highest(line.frames, last)
    }
    expect(seen).toEqual(all)
    expect(last).toBe(journal.seq)
  })
})

describe('while it is said what was missed, and the line takes no more,', () => {
  let line: ReturnType<typeof lineFor>
  let own: Session
  let room: PromiseWithResolvers<void>
  beforeEach(async () => {
    room = Promise.withResolvers()
    line = { ...lineFor(), room: () => room.promise, open: true }
    own = joined(line)
    for (const id of ['m1', 'm2']) hub.push(happened(id, 'p1'))
    await subscribe(own, ['me'])
    line.frames.length = 0
  })

  it('what happens waits behind it, and so does every answer', async () => {
    const answered = Promise.all([subscribe(own, ['project:p1'], begin), own.said('{"type":"ping"}')])
    await setImmediate()
    hub.push(happened('l1', undefined))
    hub.push(happened('l2', 'p1'))
    expect(line.frames).toMatchObject([{ type: 'subscribed', seq: begin }, { type: 'resumed', seq: begin }])
    room.resolve()
    await answered
    hub.push(happened('l3', undefined))
    expect(said(line.frames)).toEqual(['subscribed', 'resumed', 'm1', 'm2', 'l1', 'l2', 'resumed', 'pong', 'l3'])
    expect(line.frames.flatMap(frame => ('seq' in frame ? [frame.seq - begin] : []))).toEqual([0, 0, 1, 2, 3, 4, 4, 5])
  })
  it('until the journal has let go of what comes next, there is a gap', async () => {
    const answered = subscribe(own, ['project:p1'], begin)
    await setImmediate()
    for (let i = 0; i < 150; i++) hub.push(happened(`l${i}`, undefined))
    room.resolve()
    await answered
    hub.push(happened('live', undefined))
    expect(said(line.frames)).toEqual(['subscribed', 'resumed', 'm1', 'm2', 'gap', 'live'])
    expect(line.frames.at(-2)).toMatchObject({ seq: begin + 152 })
  })
  it('no more than a page of it is kept, and there is a gap behind that when the journal has let go of the rest', async () => {
    for (let i = 3; i <= 80; i++) hub.push(happened(`m${i}`, 'p1'))
    const answered = subscribe(own, ['project:p1'], begin)
    await setImmediate()
    for (let i = 0; i < 150; i++) hub.push(happened(`l${i}`, undefined))
    room.resolve()
    await answered
    expect(said(line.frames)).toEqual(['subscribed', 'resumed', ...Array.from({ length: 64 }, (_, i) => `m${i + 1}`), 'gap'])
    expect(line.frames.at(-1)).toMatchObject({ seq: journal.seq })
  })
  it('all of its pages come, in order and once, and what happened meanwhile on any topic behind them', async () => {
    const missed = Array.from({ length: 70 }, (_, i) => `m${i + 1}`)
    for (const id of missed.slice(2)) hub.push(happened(id, 'p1'))
    const answered = subscribe(own, ['project:p1'], begin)
    await setImmediate()
    hub.push(happened('l1', 'p1'))
    hub.push(happened('l2', undefined))
    room.resolve()
    await answered
    expect(said(line.frames)).toEqual(['subscribed', 'resumed', ...missed, 'l1', 'l2', 'resumed'])
  })
})
