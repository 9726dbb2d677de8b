import { describe, expect, it } from 'vitest'
import { mayAskAbout } from './policies.ts'

const project = { members: [{ userId: 'ann', role: 'viewer' as const, allocationPercent: 0 }] }

describe('who may ask about a project', () => {
  it.each([['ann', 'member', true], ['ann', 'guest', true], ['bob', 'member', false], ['bob', 'guest', false], ['bob', 'owner', true], ['bob', 'admin', true]] as const)(
    '%s as %s: %s', (userId, role, may) => expect(mayAskAbout(project, { userId, role })).toBe(may))
})
