import { describe, expect, it } from 'vitest'
import { maySee } from './policies.ts'

const project = { members: [{ userId: 'ann', role: 'viewer', allocationPercent: 0 }], deletedAt: null } as const
const gone = { ...project, deletedAt: '2026-03-02T09:00:00.000Z' }

describe('who may choose what a project tells him', () => {
  it.each([
    ['a member', project, 'ann', 'member', true], ['a guest who is a member', project, 'ann', 'guest', true], ['somebody else', project, 'bob', 'member', false],
    ['an owner of the organization', project, 'bob', 'owner', true], ['an admin', project, 'bob', 'admin', true], ['nobody, once it is deleted', gone, 'ann', 'owner', false],
  ] as const)('%s', (_, of, userId, role, may) => expect(maySee({ ...of, members: [...of.members] }, { userId, role })).toBe(may))
})
