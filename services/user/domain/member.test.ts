import { describe, it } from 'vitest'
import { spec } from '../../shared/kit/spec.ts'
import { memberDecider, type MemberCommand, type MemberEvent } from './member.ts'

const given = spec(memberDecider)
const tell = (news: MemberEvent): MemberCommand => ({ type: 'Tell', news })
const joined = (version: number, role: 'member' | 'admin' | 'guest' = 'member'): MemberEvent => ({ type: 'Joined', role, invitedBy: 'ann', version })
const role = (version: number, to: 'member' | 'admin' | 'guest'): MemberEvent => ({ type: 'Changed', changed: ['role'], role: to, version })
const renamed: MemberEvent = { type: 'Changed', changed: ['name'], role: null }
const left = (version?: number): MemberEvent => (version === undefined ? { type: 'Left' } : { type: 'Left', version })

describe('news of a member', () => {
  it('is told in its order', () => {
    given(joined(1)).when(tell(role(2, 'admin'))).thenEvents([role(2, 'admin')])
    given(joined(1), role(2, 'admin')).when(tell(role(3, 'guest'))).thenEvents([role(3, 'guest')])
  })
  it('does not bring back an older role', () => {
    given(joined(1), role(3, 'guest')).when(tell(role(2, 'admin'))).thenEvents([])
    given(joined(1), role(3, 'guest'), renamed).when(tell(role(2, 'admin'))).thenEvents([])
  })
  it('that comes before the joining gives it the role', () => {
    given(role(2, 'admin')).when(tell(joined(1))).thenEvents([joined(2, 'admin')])
    given(role(2, 'admin'), joined(2, 'admin')).when(tell(role(1, 'guest'))).thenEvents([])
  })
  it('that he joined does not bring him back, unless he joins anew', () => {
    given(role(2, 'admin'), left(3)).when(tell(joined(1))).thenEvents([])
    given(left(3)).when(tell(joined(1))).thenEvents([])
    given(joined(1), left(3)).when(tell(joined(4))).thenEvents([joined(4)])
    given(left(3), joined(4)).when(tell(left(5))).thenEvents([left(5)])
  })
  it('that he left had no version once', () => {
    given(role(2, 'admin'), left()).when(tell(joined(1))).thenEvents([])
    given(joined(1), left()).when(tell(joined(4))).thenEvents([joined(4)])
    given(joined(1), left()).when(tell(left(3))).thenEvents([])
  })
  it('of his own doing has no version, nor had it once that of the organization', () => {
    given(joined(1), role(2, 'admin')).when(tell(renamed)).thenEvents([renamed])
    given({ type: 'Joined', role: 'member', invitedBy: null }).when(tell(role(2, 'admin'))).thenEvents([role(2, 'admin')])
  })
})
