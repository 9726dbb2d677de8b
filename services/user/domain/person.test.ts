import { describe, expect, it } from 'vitest'
import { spec } from '../../shared/kit/spec.ts'
import { personDecider, type PersonCommand, type PersonEvent } from './person.ts'

const given = spec(personDecider)
const at = '2026-03-02T09:00:00.000Z'
const later = '2026-03-02T10:00:00.000Z'
const facts = { emailHash: 'h1', email: 'sealed-mail', profile: 'sealed-profile', password: 'sealed-hash', organization: { id: 'o1', name: 'Acme' }, at }
const registered: PersonEvent = { type: 'PersonRegistered', ...facts }
const closing: PersonEvent = { type: 'ClosingRequested', sagaId: 's1', from: 'o1', organizations: ['o1'] }
const closed: PersonEvent = { type: 'PersonClosed', sagaId: 's1' }
const asked: PersonEvent = { type: 'PasswordResetRequested', requestId: 'r1', requestedAt: at, expiresAt: later }
const register: PersonCommand = { type: 'Register', ...facts }
const changeProfile: PersonCommand = { type: 'ChangeProfile', profile: 'new', changed: ['name'] }
const reset: PersonCommand = { type: 'ResetPassword', requestId: 'r1', password: 'p2', at: '2026-03-02T09:30:00.000Z' }

describe('Register', () => {
  it('brings a person about', () => given().when(register).thenEvents([registered]))
  it('is refused while somebody has the address', () => given(registered).when(register).thenRefused('email-taken'))
  it('is refused under the id of somebody who has gone', () => given(registered, closing, closed).when(register).thenRefused('email-taken'))
})
describe('ChangeProfile', () => {
  it('tells the organizations', () => given(registered).when(changeProfile).thenEvents([{ type: 'ProfileChanged', profile: 'new', changed: ['name'], organizations: ['o1'] }]))
  it('says nothing when nothing changed', () => given(registered).when({ ...changeProfile, changed: [] }).thenEvents([]))
  it('is refused for a stranger', () => given().when(changeProfile).thenRefused('user-unknown'))
  it('is refused while the account closes', () => given(registered, closing).when(changeProfile).thenRefused('account-closing'))
})
describe('passwords', () => {
  it('change', () =>
    given(registered).when({ type: 'ChangePassword', password: 'p2', by: 'self', keep: 's1' })
      .thenEvents([{ type: 'PasswordChanged', password: 'p2', by: 'self', keep: 's1' }]))
  it('a reset is asked for', () => given(registered).when({ type: 'RequestPasswordReset', requestId: 'r1', at, expiresAt: later }).thenEvents([asked]))
  it('a second mail within a minute is not sent', () =>
    given(registered, asked).when({ type: 'RequestPasswordReset', requestId: 'r2', at: '2026-03-02T09:00:59.000Z', expiresAt: later }).thenEvents([]))
  it('each further mail takes twice as long', () => {
    const again: PersonEvent = { ...asked, requestId: 'r2', requestedAt: '2026-03-02T09:01:00.000Z' }
    const third = (now: string) =>
      given(registered, asked, again).when({ type: 'RequestPasswordReset', requestId: 'r3', at: now, expiresAt: later })
    third('2026-03-02T09:02:30.000Z').thenEvents([])
    third('2026-03-02T09:03:00.000Z').thenEvents([{ ...asked, requestId: 'r3', requestedAt: '2026-03-02T09:03:00.000Z' }])
  })
  it('a token resets once', () => given(registered, asked).when(reset).thenEvents([{ type: 'PasswordChanged', password: 'p2', by: 'reset' }]))
  it('the second use is refused', () => given(registered, asked, { type: 'PasswordChanged', password: 'p2', by: 'reset' }).when(reset).thenRefused('reset-token-invalid'))
  it('an old token is refused', () => given(registered, asked).when({ ...reset, at: later }).thenRefused('reset-token-invalid'))
  it('a newer request makes the older one void', () =>
    given(registered, asked, { ...asked, requestId: 'r2', requestedAt: '2026-03-02T09:05:00.000Z' }).when(reset).thenRefused('reset-token-invalid'))
  it('changing the password makes an open request void', () =>
    given(registered, asked, { type: 'PasswordChanged', password: 'p3', by: 'self' }).when(reset).thenRefused('reset-token-invalid'))
  it('hashing it anew does not', () =>
    given(registered, asked, { type: 'PasswordChanged', password: 'p3', by: 'rehash' }).when(reset)
      .thenEvents([{ type: 'PasswordChanged', password: 'p2', by: 'reset' }]))
})
describe('identities of other providers', () => {
  const linked: PersonEvent = { type: 'IdentityLinked', provider: 'github', subjectHash: 'g1' }
  it('are linked once', () => given(registered, linked).when({ type: 'LinkIdentity', provider: 'github', subjectHash: 'g1' }).thenEvents([]))
  it('are not swapped silently', () => given(registered, linked).when({ type: 'LinkIdentity', provider: 'github', subjectHash: 'g2' }).thenRefused('identity-linked'))
})
describe('closing', () => {
  it('is asked for once', () => {
    given(registered).when({ type: 'RequestClosing', sagaId: 's1', from: 'o1' }).thenEvents([closing])
    given(registered, closing).when({ type: 'RequestClosing', sagaId: 's2', from: 'o1' }).thenEvents([])
  })
  it('can be taken back by its own saga only', () => {
    given(registered, closing).when({ type: 'CancelClosing', sagaId: 's1', why: 'refused' }).thenEvents([{ type: 'ClosingCancelled', sagaId: 's1', why: 'refused' }])
    given(registered, closing).when({ type: 'CancelClosing', sagaId: 's2', why: 'refused' }).thenEvents([])
  })
  it('ends with nothing left but the fact', () => {
    given(registered, closing).when({ type: 'Close', sagaId: 's1' }).thenEvents([closed])
    expect(given(registered, closing, closed).state()).toEqual({ status: 'closed', sagaId: 's1' })
    given(registered, closing, closed).when({ type: 'Close', sagaId: 's1' }).thenEvents([])
  })
  it('comes at once to who was invited and is not let in, unless he is somewhere else by then', () => {
    const turnAway: PersonCommand = { type: 'TurnAway', organizationId: 'o1', sagaId: 's1' }
    given(registered).when(turnAway).thenEvents([closed])
    given(registered, closed).when(turnAway).thenEvents([])
    given(registered, { type: 'OrganizationJoined', organizationId: 'o2' }).when(turnAway).thenEvents([])
    given(registered, closing).when(turnAway).thenEvents([])
  })
  it('nobody joins an organization meanwhile', () => given(registered, closing).when({ type: 'JoinOrganization', organizationId: 'o2' }).thenRefused('account-closing'))
})
