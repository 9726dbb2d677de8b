import { describe, expect, it } from 'vitest'
import { spec } from '../../shared/kit/spec.ts'
import { getIn } from '../../shared/kit/persistent-map.ts'
import { otherOwner } from './organization-state.ts'
import { organizationDecider, type OrganizationCommand, type OrganizationEvent } from './organization.ts'

const given = spec(organizationDecider)
const at = '2026-03-02T09:00:00.000Z'
const nextWeek = '2026-03-09T09:00:00.000Z'
const created: OrganizationEvent = { type: 'OrganizationCreated', name: 'Acme' }
const joined = (userId: string, role: 'owner' | 'admin' | 'member' | 'guest'): OrganizationEvent => ({ type: 'MemberJoined', userId, role, invitedBy: null, at })
const alone = [created, joined('ann', 'owner')]
const team = [...alone, joined('bob', 'member')]
const two = [...team, joined('cat', 'owner')]
const invited: OrganizationEvent = {
  type: 'InvitationCreated', invitationId: 'i1', emailHash: 'h1', email: 'sealed', role: 'member', invitedBy: 'ann',
  createdAt: at, expiresAt: nextWeek,
}
const invite: OrganizationCommand = { type: 'Invite', invitationId: 'i1', emailHash: 'h1', email: 'sealed', role: 'member', invitedBy: 'ann', at, expiresAt: nextWeek }
const accept: OrganizationCommand = { type: 'AcceptInvitation', invitationId: 'i1', userId: 'dan', emailHash: 'h1', at: '2026-03-03T09:00:00.000Z' }
const accepted: OrganizationEvent = { type: 'InvitationAccepted', invitationId: 'i1', userId: 'dan' }
const leaving = (userId: string): OrganizationEvent => ({ type: 'MemberLeaving', userId, sagaId: 's1' })

describe('CreateOrganization', () => {
  const create: OrganizationCommand = { type: 'CreateOrganization', name: 'Acme', ownerId: 'ann', at }
  it('makes the founder its owner', () => given().when(create).thenEvents(alone))
  it('says nothing the second time', () => given(...alone).when(create).thenEvents([]))
})
describe('ChangeRole', () => {
  const change = (userId: string, role: 'owner' | 'admin' | 'member' | 'guest'): OrganizationCommand => ({ type: 'ChangeRole', userId, role })
  it('changes', () => given(...team).when(change('bob', 'admin')).thenEvents([{ type: 'RoleChanged', userId: 'bob', from: 'member', to: 'admin' }]))
  it('says nothing when it is so already', () => given(...team).when(change('bob', 'member')).thenEvents([]))
  it('keeps the last owner', () => given(...team).when(change('ann', 'admin')).thenRefused('sole-owner'))
  it('keeps an owner who is alone', () => given(...alone).when(change('ann', 'member')).thenRefused('sole-owner'))
  it('lets one of two owners go', () => given(...two).when(change('ann', 'admin')).thenEvents([{ type: 'RoleChanged', userId: 'ann', from: 'owner', to: 'admin' }]))
  it('does not count an owner who is leaving', () => given(...two, leaving('cat')).when(change('ann', 'admin')).thenRefused('sole-owner'))
  it('does not count an owner who is shut out', () => {
    const shutOut: OrganizationEvent = { type: 'MemberDisabled', userId: 'cat', role: 'owner' }
    given(...two, shutOut).when(change('ann', 'admin')).thenRefused('sole-owner')
  })
  it('knows no strangers', () => given(...team).when(change('eve', 'owner')).thenRefused('user-unknown'))
  it('needs an organization', () => given().when(change('ann', 'owner')).thenRefused('organization-unknown'))
})
describe('shutting out', () => {
  const disabled: OrganizationEvent = { type: 'MemberDisabled', userId: 'bob', role: 'member' }
  it('works and can be undone', () => {
    given(...team).when({ type: 'DisableMember', userId: 'bob' }).thenEvents([disabled])
    given(...team, disabled).when({ type: 'EnableMember', userId: 'bob' }).thenEvents([{ type: 'MemberEnabled', userId: 'bob', role: 'member' }])
  })
  it('says nothing the second time', () => given(...team, disabled).when({ type: 'DisableMember', userId: 'bob' }).thenEvents([]))
  it('reaches who is leaving', () => given(...team, leaving('bob')).when({ type: 'DisableMember', userId: 'bob' }).thenEvents([disabled]))
  it('outlives a leaving that is taken back', () => {
    const stayed: OrganizationEvent = { type: 'MemberStayed', userId: 'bob', sagaId: 's1' }
    const enabled: OrganizationEvent = { type: 'MemberEnabled', userId: 'bob', role: 'member' }
    given(...team, disabled, leaving('bob'), stayed).when({ type: 'EnableMember', userId: 'bob' }).thenEvents([enabled])
    given(...team, leaving('bob'), disabled, stayed).when({ type: 'EnableMember', userId: 'bob' }).thenEvents([enabled])
  })
  it('spares the last owner', () => given(...team).when({ type: 'DisableMember', userId: 'ann' }).thenRefused('sole-owner'))
})
describe('leaving', () => {
  const announce = (userId: string): OrganizationCommand => ({ type: 'AnnounceLeaving', userId, sagaId: 's1' })
  it('is announced', () => given(...team).when(announce('bob')).thenEvents([leaving('bob')]))
  it('is refused to the only owner of a shared organization', () => given(...team).when(announce('ann')).thenRefused('sole-owner'))
  it('is free to who is alone', () => given(...alone).when(announce('ann')).thenEvents([leaving('ann')]))
  it('is free to who has shut everybody else out', () => {
    const shutOut: OrganizationEvent = { type: 'MemberDisabled', userId: 'bob', role: 'member' }
    given(...team, shutOut).when(announce('ann')).thenEvents([leaving('ann')])
  })
  it('of two owners at once only one gets through', () => given(...two, leaving('cat')).when(announce('ann')).thenRefused('sole-owner'))
  it('can be taken back', () =>
    given(...team, leaving('bob')).when({ type: 'CancelLeaving', userId: 'bob', sagaId: 's1' })
      .thenEvents([{ type: 'MemberStayed', userId: 'bob', sagaId: 's1' }]))
  it('ends the membership, once', () => {
    given(...team, leaving('bob')).when({ type: 'Leave', userId: 'bob', sagaId: 's1' }).thenEvents([{ type: 'MemberLeft', userId: 'bob', sagaId: 's1' }])
    given(...team, leaving('bob'), { type: 'MemberLeft', userId: 'bob', sagaId: 's1' }).when({ type: 'Leave', userId: 'bob', sagaId: 's1' }).thenEvents([])
  })
})
describe('invitations', () => {
  it('are made', () => given(...alone).when(invite).thenEvents([invited]))
  it('are not doubled', () => given(...alone, invited).when({ ...invite, invitationId: 'i2' }).thenRefused('already-invited'))
  it('can be repeated when the first has run out', () => given(...alone, invited).when({ ...invite, invitationId: 'i2', at: nextWeek, expiresAt: '2026-03-16T09:00:00.000Z' })
    .thenEvents([{ ...invited, invitationId: 'i2', createdAt: nextWeek, expiresAt: '2026-03-16T09:00:00.000Z' }]))
  it('go to the same address again after a minute, then after two', () => {
    const revoked = (invitationId: string): OrganizationEvent => ({ type: 'InvitationRevoked', invitationId })
    const again = (now: string): OrganizationCommand => ({ ...invite, invitationId: 'i9', at: now })
    const second: OrganizationEvent = { ...invited, invitationId: 'i2', createdAt: '2026-03-02T09:01:00.000Z' }
    given(...alone, invited, revoked('i1')).when(again('2026-03-02T09:00:59.000Z')).thenRefused('too-many-invitations')
    given(...alone, invited, revoked('i1')).when(again('2026-03-02T09:01:00.000Z')).thenEvents([{ ...second, invitationId: 'i9' }])
    given(...alone, invited, revoked('i1'), second, revoked('i2')).when(again('2026-03-02T09:02:59.000Z')).thenRefused('too-many-invitations')
  })
  it('go to the same mailbox after a minute, under whatever name', () => {
    const plus = { emailHash: 'h2', mailboxHash: 'h1' }
    const again = (now: string, emailHash = 'h2'): OrganizationCommand => ({ ...invite, ...plus, emailHash, invitationId: 'i9', at: now })
    const second: OrganizationEvent = { ...invited, ...plus, invitationId: 'i9', createdAt: '2026-03-02T09:01:00.000Z' }
    // The first is from before mailboxes were told apart from addresses.
    given(...alone, invited).when(again('2026-03-02T09:00:59.000Z')).thenRefused('too-many-invitations')
    given(...alone, invited).when(again('2026-03-02T09:01:00.000Z')).thenEvents([second])
    given(...alone, invited, second).when(again('2026-03-02T09:02:59.000Z', 'h3')).thenRefused('too-many-invitations')
  })
  it('are a thousand in a day at most', () => {
    const many = Array.from({ length: 1_000 }, (_, i): OrganizationEvent => ({ ...invited, invitationId: `m${i}`, emailHash: `m${i}` }))
    given(...alone, ...many.slice(1)).when(invite).thenEvents([invited])
    given(...alone, ...many).when(invite).thenRefused('too-many-invitations')
    given(...alone, ...many).when({ ...invite, at: '2026-03-03T09:00:00.000Z' }).thenEvents([{ ...invited, createdAt: '2026-03-03T09:00:00.000Z' }])
  })
  it('are accepted, once', () => {
    given(...alone, invited).when(accept).thenEvents([accepted, { type: 'MemberJoined', userId: 'dan', role: 'member', invitedBy: 'ann', at: '2026-03-03T09:00:00.000Z' }])
    given(...alone, invited, accepted).when(accept).thenEvents([])
    given(...alone, invited, accepted).when({ ...accept, userId: 'eve' }).thenRefused('invitation-invalid')
  })
  it('hold for their own address only', () => given(...alone, invited).when({ ...accept, emailHash: 'h2' }).thenRefused('invitation-for-another-address'))
  it('run out', () => given(...alone, invited).when({ ...accept, at: nextWeek }).thenRefused('invitation-invalid'))
  it('are taken back', () => given(...alone, invited).when({ type: 'RevokeInvitation', invitationId: 'i1' }).thenEvents([{ type: 'InvitationRevoked', invitationId: 'i1' }]))
  it('are not taken back after the answer', () => given(...alone, invited, accepted).when({ type: 'RevokeInvitation', invitationId: 'i1' }).thenRefused('invitation-settled'))
  it('are worth what their sender may still give', () => {
    const boss = [created, joined('cat', 'owner'), joined('ann', 'admin'), { ...invited, role: 'admin' as const }]
    const joining: OrganizationEvent = { type: 'MemberJoined', userId: 'dan', role: 'admin', invitedBy: 'ann', at: accept.at }
    given(...boss).when(accept).thenEvents([accepted, joining])
    const losses: OrganizationEvent[][] = [
      [{ type: 'MemberDisabled', userId: 'ann', role: 'admin' }],
      [{ type: 'RoleChanged', userId: 'ann', from: 'admin', to: 'member' }],
      [leaving('ann')],
      [leaving('ann'), { type: 'MemberLeft', userId: 'ann', sagaId: 's1' }],
    ]
    for (const loss of losses) given(...boss, ...loss).when(accept).thenRefused('invitation-invalid')
    given(...boss, leaving('ann'), { type: 'MemberStayed', userId: 'ann', sagaId: 's1' }).when(accept).thenEvents([accepted, joining])
    const demoted: OrganizationEvent = { type: 'RoleChanged', userId: 'ann', from: 'owner', to: 'admin' }
    given(created, joined('ann', 'owner'), { ...invited, role: 'owner' }, demoted).when(accept).thenRefused('invitation-invalid')
  })
  it('of a sender who may not give them any more hold up no new one', () => {
    const boss = [created, joined('cat', 'owner'), joined('ann', 'admin'), { ...invited, role: 'admin' as const }]
    const again: Extract<OrganizationCommand, { type: 'Invite' }> = { ...invite, invitationId: 'i2', invitedBy: 'cat', at: '2026-03-02T09:01:00.000Z' }
    given(...boss).when(again).thenRefused('already-invited')
    given(...boss, { type: 'MemberDisabled', userId: 'ann', role: 'admin' }).when(again).thenEvents([{ ...invited, invitationId: 'i2', invitedBy: 'cat', createdAt: again.at }])
  })
  it('are known for a week after the answer, and then forgotten', () => {
    const after = (days: number): OrganizationEvent => {
      const createdAt = new Date(Date.parse(at) + days * 86_400_000).toISOString()
      return { ...invited, invitationId: `d${days}`, emailHash: `d${days}`, createdAt }
    }
    const revoked: OrganizationEvent[] = [{ type: 'InvitationRevoked', invitationId: 'i1' }, { type: 'InvitationRevoked', invitationId: 'd6' }]
    const past = [...alone, invited, after(6), ...revoked]
    const revoke = (invitationId: string): OrganizationCommand => ({ type: 'RevokeInvitation', invitationId })
    given(...past, after(12)).when(revoke('d6')).thenRefused('invitation-settled')
    given(...past, after(12), after(18)).when(revoke('d6')).thenRefused('invitation-settled')
    given(...past, after(12), after(20)).when(revoke('d6')).thenRefused('invitation-unknown')
  })
  it('expire quietly when they were answered', () => given(...alone, invited, accepted).when({ type: 'ExpireInvitation', invitationId: 'i1' }).thenEvents([]))
})
describe('a large organization', () => {
  it('is folded as quickly for each of its people as a small one', () => {
    const people = Array.from({ length: 20_000 }, (_, i) => joined(`u${i}`, 'member'))
    const invitations = Array.from({ length: 2_000 }, (_, i): OrganizationEvent[] => [
      { ...invited, invitationId: `i${i}`, emailHash: `h${i}`, createdAt: new Date(Date.parse(at) + i * 90_000).toISOString() },
      { type: 'InvitationRevoked', invitationId: `i${i}` },
    ]).flat()
    const { members, invitations: open } = given(...alone, ...people, ...invitations).state()
    expect([getIn(members, 'u19999')?.role, getIn(open, 'i1999')]).toEqual(['member', undefined])
  })
  it('is handed over to the owner who has been there longest', () => {
    const since = (userId: string, year: number): OrganizationEvent => ({ type: 'MemberJoined', userId, role: 'owner', invitedBy: null, at: `${year}-01-01T00:00:00.000Z` })
    const state = given(created, since('ann', 2020), since('zoe', 2021), ...Array.from({ length: 50 }, (_, i) => since(`u${i}`, 2022))).state()
    expect([otherOwner(state, 'ann'), otherOwner(state, 'zoe')]).toEqual(['zoe', 'ann'])
  })
})
