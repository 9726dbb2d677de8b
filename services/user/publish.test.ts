import { expect, it } from 'vitest'
import { SessionEnded } from '../shared/contracts/user/events.ts'
import type { DomainCommit } from '../shared/kit/events/log/event-log.ts'
import { toPublic, type UserEvent } from './publish.ts'

const commit: Omit<DomainCommit<UserEvent>, 'events'> = {
  id: 'o1/session/s1:2', tenantId: 'o1', stream: 'o1/session/s1', aggregate: 'session', aggregateId: 's1', version: 2,
  partition: 0, journal: '', at: '2026-03-02T09:00:00.000Z', actor: 'u1',
  correlationId: 'c', causationId: null, commandId: 'x', ip: null, traceparent: null, previousHash: '', hash: '',
}

it('a session that ended as one too many has ended, to those who know no other reason', () => {
  const [said] = toPublic({ ...commit, events: [{ type: 'SessionEnded', userId: 'u1', reason: 'too-many' }] })
  expect(said).toEqual({ type: 'SessionEnded', data: { userId: 'u1', sessionId: 's1', reason: 'ended' } })
  expect(SessionEnded.data.safeParse(said?.data).success).toBe(true)
})
