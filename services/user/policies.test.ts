import { describe, expect, it } from 'vitest'
import type { OrganizationRole } from '../shared/contracts/primitives.ts'
import { policies } from './policies.ts'

const roles: OrganizationRole[] = ['owner', 'admin', 'member', 'guest']
/** One letter per role, in the order owner, admin, member, guest: y may, n may not. */
const table = (row: string, may: (role: OrganizationRole) => boolean): void => expect(roles.map(role => (may(role) ? 'y' : 'n')).join('')).toBe(row)

describe('policies: owner, admin, member, guest', () => {
  it('see addresses', () => table('yyyn', policies.seeAddresses))
  it('see invitations', () => table('yynn', policies.seeInvitations))
  it.each([['owner', 'ynnn'], ['admin', 'yynn'], ['member', 'yynn'], ['guest', 'yynn']] as const)('invite an %s', (as, row) => {
    table(row, role => policies.invite(role, as))
    table(row, role => policies.revoke(role, as))
  })
  it.each([
    ['member', 'admin', 'yynn'], ['admin', 'guest', 'yynn'], ['guest', 'member', 'yynn'], ['member', 'owner', 'ynnn'], ['owner', 'member', 'ynnn'], ['owner', 'owner', 'ynnn'],
  ] as const)('turn a %s into a %s', (from, to, row) => table(row, role => policies.changeRole(role, from, to)))
  it.each([['owner', 'ynnn'], ['admin', 'yynn'], ['member', 'yynn'], ['guest', 'yynn']] as const)('shut a %s out', (whom, row) => table(row, role => policies.shutOut(role, whom)))
})
