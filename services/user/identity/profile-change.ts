import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import type { ProfileChange } from '../../shared/contracts/user/resources.ts'
import type { CommandMeta } from '../../shared/kit/command.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import { derivedId } from '../../shared/kit/ids.ts'
import type { UserDeps } from '../deps.ts'
import { ProfileData, type Details } from '../views/directory.ts'

type Change = z.infer<typeof ProfileChange>

/**
 * Replaces the named fields. The profile is sealed as one text, so each change is made to the version that was read,
 * and made again when another came in between.
 */
export const changeProfile = ({ persons, vault, directory }: Pick<UserDeps, 'persons' | 'vault' | 'directory'>) =>
  async (userId: string, change: Change, meta: CommandMeta): Promise<Details> => {
    for (let tries = 1; ; tries++) {
      const before = await directory.details(userId)
      if (!before) throw new Refused('missing', 'user-unknown', 'There is no such user.')
      const named = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      const [old, next] = [ProfileData.parse(before), ProfileData.parse({ ...before, ...named })]
      const changed = Object.keys(next).filter(key => !isDeepStrictEqual(Reflect.get(next, key), Reflect.get(old, key)))
      const expectedVersion = meta.expectedVersion ?? before.version
      try {
        const profile = await vault.seal(userId, JSON.stringify(next))
        const commandId = tries === 1 ? meta.commandId : derivedId(meta.commandId, tries)
        const own = { ...meta, expectedVersion, commandId }
        const { version } = await persons.handle(NO_TENANT, userId, { type: 'ChangeProfile', profile, changed }, own)
        directory.forget(userId)
        return { ...before, ...next, version }
      } catch (error) {
        const raced = error instanceof Refused && error.kind === 'stale' && meta.expectedVersion === undefined
        if (!raced || tries === 5) throw error
      }
    }
  }
