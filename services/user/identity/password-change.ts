import type { CommandMeta } from '../../shared/kit/command.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { inParallel } from '../../shared/kit/in-parallel.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import type { UserDeps } from '../deps.ts'
import { evenTime } from './even-time.ts'
import { readMailedToken } from './mailed-token.ts'
import { checkPassword } from './password-policy.ts'

const resetMs = 3_600_000
const invalid = (): Refused => new Refused('rule', 'reset-token-invalid', 'This link has been used or is too old. Ask for a new one.')
const noPassword = (): Refused => new Refused(
  'rule', 'no-password',
  'This account has no password: it signs in by another provider. Set one by the mailed link that POST /api/users/password/forgot sends.',
)
type Deps = Pick<UserDeps, 'persons' | 'organizations' | 'vault' | 'passwords' | 'logins' | 'sessions' | 'keys' | 'settings' | 'directory'>

/** Changing a password, by the old one or by a mailed token. */
export const passwordChanges = ({ persons, organizations, vault, passwords, logins, sessions, keys, settings, directory }: Deps) => {
  const sealed = async (userId: string, password: string): Promise<string> => {
    const person = await persons.load(NO_TENANT, userId)
    const details = await directory.open(userId, person)
    if (!details) throw invalid()
    const organizationIds = 'organizations' in person.state ? person.state.organizations : []
    const names = await inParallel(organizationIds, 16, async id => (await organizations.load(id, id)).state.name)
    checkPassword(password, { email: details.email, names: [details.name, ...names] })
    return vault.seal(userId, await passwords.hash(password))
  }
  const isOf = async (userId: string, stored: string | undefined, given: string): Promise<boolean> =>
    passwords.verify(stored === undefined ? undefined : await vault.open(userId, stored), given)
  const isRight = async (userId: string, given: string): Promise<boolean> => {
    const { state } = await persons.load(NO_TENANT, userId)
    const stored = 'password' in state ? state.password : undefined
    if (stored === null) throw noPassword()
    return isOf(userId, stored, given)
  }
  return {
    isRight,
    /** Whether this very session has set the password that it asks for in place of `current`: the answer to that may have been lost. */
    isSetIn: async (userId: string, sessionId: string, { current, password }: Record<'current' | 'password', string>): Promise<boolean> => {
      const { state } = await persons.load(NO_TENANT, userId)
      if (!('passwordSetIn' in state) || state.passwordSetIn !== sessionId || state.passwordBefore === null) return false
      // Without the one before, each try would be two guesses at the present one.
      return await isOf(userId, state.passwordBefore, current) && isRight(userId, password)
    },
    change: async (userId: string, sessionId: string, password: string, meta: CommandMeta): Promise<void> => {
      await persons.handle(NO_TENANT, userId, { type: 'ChangePassword', password: await sealed(userId, password), by: 'self', keep: sessionId }, meta)
    },
    /** Says nothing about whether the address is known; the mail follows from the event. */
    forget: async (email: string, requestId: string, meta: CommandMeta): Promise<void> => {
      const even = evenTime(settings.evenMs)
      const userId = await logins.find(logins.hash(email))
      const { state } = await persons.load(NO_TENANT, userId ?? 'nobody')
      const expiresAt = new Date(Date.parse(meta.at) + resetMs).toISOString()
      if (userId && state.status === 'active')
        await persons.handle(NO_TENANT, userId, { type: 'RequestPasswordReset', requestId, at: meta.at, expiresAt }, meta)
      await even()
    },
    /** Ends all sessions; answers whose mailbox it was. The same command again goes on where it failed. */
    reset: async (token: string, password: string, meta: CommandMeta): Promise<{ userId: string; emailHash: string }> => {
      const read = readMailedToken(keys, 'reset', token)
      if (!read) throw invalid()
      const { about: userId, request: requestId } = read
      const { state } = await persons.load(NO_TENANT, userId)
      if (!('reset' in state)) throw invalid()
      // Before the costly hash; the aggregate decides again, and once.
      const isOpen = state.reset?.requestId === requestId && meta.at < state.reset.expiresAt
      // It may be this very request that has used it, and what was left to do when it failed is done now.
      if (!isOpen && !await persons.knows(NO_TENANT, userId, meta.commandId)) throw invalid()
      if (isOpen) {
        const hash = await sealed(userId, password)
        await persons.handle(NO_TENANT, userId, { type: 'ResetPassword', requestId, password: hash, at: meta.at }, { ...meta, actor: userId })
      }
      await sessions.endAll({ userId }, 'password', meta)
      return { userId, emailHash: state.emailHash }
    },
  }
}
