import { LRUCache } from 'lru-cache'
import type { CommandMeta } from '../../shared/kit/command.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import { derivedId } from '../../shared/kit/ids.ts'
import type { UserDeps } from '../deps.ts'
import type { Living } from '../domain/person.ts'
import type { Loaded } from '../views/directory.ts'

/** Somebody whose password was right; `stored` is the hash that it was compared with. */
export type Proven = { userId: string; person: Loaded; living: Living; stored: string }

// Loaded for an unknown address, so that it takes the same steps as a known one.
const nobody = 'nobody'

/** Address and password: whose they are, and a hash of today's cost for who has an older one. */
export const credentials = ({ persons, logins, vault, passwords }: Pick<UserDeps, 'persons' | 'logins' | 'vault' | 'passwords'>) => {
  // Who has signed in here before needs no look-up.
  const remembered = new LRUCache<string, string>({ max: 20_000 })
  const load = async (userId: string | undefined) => {
    const person = await persons.load(NO_TENANT, userId ?? nobody)
    const { state } = person
    return { userId, person, living: state.status === 'absent' || state.status === 'closed' ? undefined : state }
  }
  /** Who has this address. Nobody lets go of it as long as he is active. */
  const ownerOf = async (emailHash: string) => {
    const known = remembered.get(emailHash)
    const owner = known === undefined ? undefined : await load(known)
    return owner?.living?.status === 'active' ? { ...owner, isRemembered: true } : { ...await load(await logins.find(emailHash)), isRemembered: false }
  }
  return {
    /** Only called when a guess is let in, so that a flood costs no look-ups. */
    check: async (emailHash: string, password: string): Promise<Proven | undefined> => {
      const { userId, person, living, isRemembered } = await ownerOf(emailHash)
      const stored = userId && living?.password ? await vault.open(userId, living.password) : undefined
      if (await passwords.verify(stored, password) && userId && living && stored) {
        remembered.set(emailHash, userId)
        return { userId, person, living, stored }
      }
      // A wrong guess takes the same look-up as at an address that nobody has.
      if (isRemembered) await logins.find(emailHash)
      return undefined
    },
    /**
     * Hashes a right password anew where that cost something else than it does today; answers how the person is then.
     * Nobody waits for it or is turned away because of it: what cannot be done now the next sign-in does.
     */
    renew: async ({ userId, person, stored }: Proven, password: string, given: CommandMeta): Promise<Loaded> => {
      if (!passwords.isOutdated(stored)) return person
      const meta = { ...given, commandId: derivedId(given.commandId, 'rehash'), expectedVersion: person.version }
      try {
        const hash = await passwords.hashIfFree(password)
        if (hash === undefined) return person
        return await persons.handle(NO_TENANT, userId, { type: 'ChangePassword', password: await vault.seal(userId, hash), by: 'rehash' }, meta)
      } catch (error) {
        // He may have set another one while this was hashed: that one stays. And another sign-in of his may have been quicker.
        if (error instanceof Refused && (error.kind === 'stale' || error.kind === 'unavailable')) return person
        throw error
      }
    },
  }
}
