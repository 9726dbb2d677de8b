import { describe, expect, it } from 'vitest'
import { demand, may, mayCreate, mayRemoveTemplate, seesAll, type Action } from './policies.ts'

const project = {
  members: [
    { userId: 'o', role: 'owner' as const, allocationPercent: 0 },
    { userId: 'm', role: 'manager' as const, allocationPercent: 0 },
    { userId: 'c', role: 'contributor' as const, allocationPercent: 0 },
    { userId: 'v', role: 'viewer' as const, allocationPercent: 0 },
  ],
}
const actors = { owner: 'o', manager: 'm', contributor: 'c', viewer: 'v', stranger: 'x' } as const
//                                        owner manager contributor viewer stranger
const table: [Action, ...boolean[]][] = [
  ['see',                true, true,  true,  true,  false],
  ['update',             true, true,  false, false, false],
  ['changeStatus',       true, true,  false, false, false],
  ['setWorkflow',        true, true,  false, false, false],
  ['manageMembers',      true, true,  false, false, false],
  ['manageOwners',       true, false, false, false, false],
  ['delete',             true, false, false, false, false],
  ['restore',            true, false, false, false, false],
  ['logTime',            true, true,  true,  false, false],
  ['removeTimeOfOthers', true, true,  false, false, false],
]

describe('who may do what', () => {
  it.each(table)('%s', (action, ...expected) =>
    expect(Object.values(actors).map(userId => may(action, project, { userId, role: 'member' }))).toEqual(expected))
  it.each(table.map(([action]) => action))('%s: owners and admins of the organization may, guests as their membership says', action => {
    expect(['owner', 'admin'].map(role => may(action, project, { userId: 'x', role: role === 'owner' ? 'owner' : 'admin' }))).toEqual([true, true])
    expect(may(action, project, { userId: 'x', role: 'guest' })).toBe(false)
    expect(may(action, project, { userId: 'c', role: 'guest' })).toBe(may(action, project, { userId: 'c', role: 'member' }))
  })
  it('founding projects and seeing all of them goes by the role in the organization', () => {
    const roles = ['owner', 'admin', 'member', 'guest'] as const
    expect(roles.map(role => mayCreate({ userId: 'x', role }))).toEqual([true, true, true, false])
    expect(roles.map(role => seesAll({ userId: 'x', role }))).toEqual([true, true, false, false])
    expect(roles.map(role => mayRemoveTemplate({ createdBy: 'y' }, { userId: 'x', role }))).toEqual([true, true, false, false])
    expect(mayRemoveTemplate({ createdBy: 'x' }, { userId: 'x', role: 'member' })).toBe(true)
  })
  it('is said with a 403', () => expect(() => demand(false, 'do this')).toThrow(expect.objectContaining({ kind: 'forbidden', code: 'forbidden' })))
})
