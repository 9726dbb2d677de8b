import { describe, expect, it } from 'vitest'
import type { CloudEvent } from '../../shared/contracts/feed.ts'
import { replayUserEvents, type PastEvents } from './replay-user-events.ts'
import { tokenStatus } from './token-status.ts'

const event = (position: number, type: string, data: object, time = '2026-05-04T10:00:00.000Z'): CloudEvent => ({
  specversion: '1.0', id: `e${position}`, source: 'user', type, subject: 's', time, data, dataversion: 1, organizationid: 'o1',
  partition: 0, position, previous: position - 1, aggregateversion: 1, actor: 'u9', correlationid: 'c1',
})
const role = (position: number, to: string, time?: string): CloudEvent => event(position, 'UserUpdated', { userId: 'u1', changed: ['role'], role: to }, time)
const ann = { userId: 'u1', organizationId: 'o1', role: 'admin', sessionId: 's1' } as const

describe('the status of a token', () => {
  it('is valid until something is heard', () => { expect(tokenStatus().of(ann)).toBe('valid') })
  it('ends with the session, for its token only', () => {
    const now = tokenStatus()
    now.hear(event(1, 'SessionEnded', { userId: 'u1', sessionId: 's1', reason: 'ended' }))
    expect([now.of(ann), now.of({ ...ann, sessionId: 's2' })]).toEqual(['ended', 'valid'])
  })
  it('makes a token with another role outdated, in that organization only', () => {
    const now = tokenStatus()
    now.hear(role(1, 'guest'))
    expect([now.of(ann), now.of({ ...ann, role: 'guest' }), now.of({ ...ann, organizationId: 'o2' })]).toEqual(['outdated', 'valid', 'valid'])
  })
  it('is not taken back by news that come late', () => {
    const now = tokenStatus()
    now.hear(role(2, 'guest'))
    now.hear(role(1, 'admin'))
    expect(now.of(ann)).toBe('outdated')
  })
  it('is over for who has left, until he joins again', () => {
    const now = tokenStatus()
    now.hear(event(1, 'UserDeleted', { userId: 'u1' }))
    expect(now.of(ann)).toBe('ended')
    now.hear(event(2, 'UserCreated', { userId: 'u1', role: 'admin', invitedBy: null }))
    expect(now.of(ann)).toBe('valid')
  })
  it('does not mind other changes', () => {
    const now = tokenStatus()
    now.hear(event(1, 'UserUpdated', { userId: 'u1', changed: ['name'], role: null }))
    expect(now.of(ann)).toBe('valid')
  })
})

describe('a gateway that has just begun', () => {
  it('hears what happened lately, page by page and in order, and nothing older', async () => {
    const old = '2026-05-04T09:00:00.000Z'
    const all = [...Array.from({ length: 700 }, (_, i) => role(i, 'owner', old)), ...Array.from({ length: 700 }, (_, i) => role(700 + i, i % 2 ? 'guest' : 'admin'))]
    const heard: number[] = []
    const pages: number[] = []
    const past: PastEvents = {
      heads: async () => [all.length, 0],
      page: async (_, after, limit) => { pages.push(after); return all.filter(e => e.position > after).slice(0, limit) },
    }
    await replayUserEvents(past, '2026-05-04T09:48:00.000Z', e => { heard.push(e.position) })
    expect(heard).toEqual(Array.from({ length: 700 }, (_, i) => 700 + i))
    expect(pages).toEqual([899, 399])
  })
  it('hears all of it from pages that are shorter than it asked for', async () => {
    const all = Array.from({ length: 7 }, (_, i) => role(i, 'admin'))
    const heard: number[] = []
    const short: PastEvents = { heads: async () => [all.length], page: async (_, after) => all.filter(e => e.position > after).slice(0, 2) }
    await replayUserEvents(short, '2026-05-04T09:48:00.000Z', e => { heard.push(e.position) })
    expect(heard).toEqual([0, 1, 2, 3, 4, 5, 6])
  })
})
