import { describe, it } from 'vitest'
import { spec } from '../../shared/kit/spec.ts'
import { memberDecider, type MemberEvent } from './member.ts'
import { sessionDecider, type SessionEvent } from './session.ts'

describe('a session', () => {
  const given = spec(sessionDecider)
  const started: SessionEvent = { type: 'SessionStarted', userId: 'ann', by: 'password' }
  it('starts', () => given().when({ type: 'StartSession', userId: 'ann', by: 'password' }).thenEvents([started]))
  it('starts once', () => given(started).when({ type: 'StartSession', userId: 'ann', by: 'password' }).thenRefused('session-exists'))
  it('ends once', () => {
    given(started).when({ type: 'EndSession', reason: 'logout' }).thenEvents([{ type: 'SessionEnded', userId: 'ann', reason: 'logout' }])
    given(started, { type: 'SessionEnded', userId: 'ann', reason: 'logout' }).when({ type: 'EndSession', reason: 'reuse' }).thenEvents([])
  })
  it('that never began does not end', () => given().when({ type: 'EndSession', reason: 'logout' }).thenEvents([]))
})
describe('what is told of a member', () => {
  const given = spec(memberDecider)
  const joined: MemberEvent = { type: 'Joined', role: 'member', invitedBy: null }
  const changed: MemberEvent = { type: 'Changed', changed: ['name'], role: null }
  it('is told once', () => given(joined).when({ type: 'Tell', news: joined }).thenEvents([]))
  it('is told in order', () => given(joined).when({ type: 'Tell', news: changed }).thenEvents([changed]))
  it('ends with the end', () => given(joined, { type: 'Left' }).when({ type: 'Tell', news: changed }).thenEvents([]))
})
