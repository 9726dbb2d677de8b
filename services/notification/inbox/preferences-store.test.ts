import { expect, it } from 'vitest'
import { memoryTables } from '../store/rows.ts'
import { preferencesStore } from './preferences-store.ts'

it('whether somebody was erased, and what he chose, are asked for at the same time', async () => {
  const { preferences, gone } = memoryTables()
  const asked: string[] = []
  const store = preferencesStore({
    preferences: { ...preferences, one: where => { asked.push('preferences'); return preferences.one(where) } },
    gone: { ...gone, one: where => { asked.push('gone'); return gone.one(where) } },
  })
  const answer = store.of({ organizationId: 'o1', userId: 'ann' })
  expect(asked).toEqual(['gone', 'preferences'])
  expect((await answer).version).toBe(0)
})
