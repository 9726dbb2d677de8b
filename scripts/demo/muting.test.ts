import { describe, expect, it } from 'vitest'
import { generateBacklog } from './backlog/generate.ts'
import { mailsFor, muteWhereMany } from './muting.ts'
import { count } from './tally.ts'
import { founderName, teamNames } from './team.ts'

const person = (name: string) => ({ id: name, token: async () => `token of ${name}` })
const founder = person(founderName)
const everybody = new Map([founder, ...teamNames.map(person)].map(p => [p.id, p]))

const muted = async (items: number) => {
  const changed: unknown[] = []
  const setPreferences = async ({ body, token }: { body: unknown; token: string }) => changed.push([token, body])
  const progress = { step: () => ({ to: () => {}, done: () => {} }), stop: () => {} }
  return { muted: await muteWhereMany({ apis: { notifications: { setPreferences } }, progress }, { founder, everybody, items }), changed }
}

describe('mails about items', () => {
  it('reach the team where the items are few', async () => {
    expect(await muted(1_000)).toEqual({ muted: new Set(), changed: [] })
  })
  it('reach nobody where the items are many: the catcher would lose the first before they are counted', async () => {
    const told = await muted(7_000)
    expect(told.muted).toEqual(new Set(teamNames))
    expect(told.changed).toEqual(teamNames.map(name => [`token of ${name}`, { events: { assigned: { email: false } } }]))
    const assigned = new Map<string, number>()
    for (const item of generateBacklog({ count: 7_000, seed: 1, people: teamNames.slice(0, -1), now: 0 })) if (item.person) count(assigned, item.person)
    expect(mailsFor({ invited: 7, assigned, mentions: 12, muted: new Set() })).toBeGreaterThan(6_000)
    expect(mailsFor({ invited: 7, assigned, mentions: 12, muted: told.muted })).toBe(19)
  })
})
