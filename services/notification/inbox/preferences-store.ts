import { LRUCache } from 'lru-cache'
import type { Preferences, PreferencesChange } from '../../shared/contracts/notification/preferences.ts'
import { Refused, stale } from '../../shared/kit/decider.ts'
import { goneKey, recipientOf, type PreferencesRow, type Tables } from '../store/rows.ts'
import type { Person } from './inbox.ts'
import { changed, defaultPreferences, silent } from './preferences.ts'

export type PreferencesOf = (person: Person) => Promise<Preferences>
export type PreferencesStore = {
  of: PreferencesOf
  change(person: Person, change: PreferencesChange, expected?: number): Promise<Preferences>
  /** Erases them, and nobody of this id is told anything in this organization again. */
  forget(person: Person): Promise<void>
}

const attempts = 4

/** Preferences by person. Two changes at once both count: the version is the lock. */
export const preferencesStore = ({ preferences, gone }: Pick<Tables, 'preferences' | 'gone'>): PreferencesStore => {
  // A replica that did not take the change itself sees it within this time.
  const cache = new LRUCache<string, Promise<Preferences>>({ max: 10_000, ttl: 3_000 })
  const idOf = ({ organizationId, userId }: Person): string => recipientOf(organizationId, userId)
  const ask = async (person: Person): Promise<Preferences> => {
    const [erased, kept] = await Promise.all([gone.one({ _id: goneKey(person.organizationId, person.userId) }), read(person)])
    return erased ? silent : kept
  }
  const read = async (person: Person): Promise<Preferences> => {
    const row = await preferences.one({ _id: idOf(person) })
    return row ? withoutKeys(row) : defaultPreferences
  }
  const write = async (person: Person, old: Preferences, next: Preferences): Promise<boolean> => {
    if (old.version === 0) return (await preferences.insert([{ ...next, ...person, _id: idOf(person) }])).length === 1
    return await preferences.set({ _id: idOf(person), version: old.version }, next) === 1
  }
  return {
    // Many events at once may concern one person: the first asks.
    of: person => {
      const known = cache.get(idOf(person))
      if (known) return known
      const asked = ask(person)
      cache.set(idOf(person), asked)
      asked.catch(() => { cache.delete(idOf(person)) })
      return asked
    },
    change: async (person, change, expected) => {
      for (let attempt = 1; attempt <= attempts; attempt++) {
        const old = await read(person)
        if (expected !== undefined && expected !== old.version) throw stale(old.version)
        const next = changed(old, change)
        if (!await write(person, old, next)) continue
        cache.delete(idOf(person))
        return next
      }
      throw new Refused('unavailable', 'preferences-busy', 'Somebody else is changing these preferences. Try again.')
    },
    forget: async person => {
      await gone.insert([{ _id: goneKey(person.organizationId, person.userId) }])
      cache.delete(idOf(person))
      await preferences.remove({ _id: idOf(person) })
    },
  }
}

const withoutKeys = ({ events, projects, quietHours, timezone, version }: PreferencesRow): Preferences =>
  ({ events: { ...defaultPreferences.events, ...events }, projects, quietHours, timezone, version })
