import { describe, expect, it } from 'vitest'
import { maySee } from './policies.ts'

const project = { members: [{ userId: 'ann', role: 'viewer', allocationPercent: 0 }] } as const

describe('who may choose what a project tells him', () => {
  it.each([
    ['a member', 'ann', 'member', true], ['a guest who is a member', 'ann', 'guest', true], ['somebody else', 'bob', 'member', false],
    ['an owner of the organization', 'bob', 'owner', true], ['an admin', 'bob', 'admin', true],
  ] as const)('%s', (_, userId, role, may) => expect(maySee({ members: [...project.members] }, { userId, role })).toBe(may))
})
