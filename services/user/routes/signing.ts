import { Refused } from '../../shared/kit/decider.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import { derivedId } from '../../shared/kit/ids.ts'
import type { Handlers } from '../../shared/kit/http/call.ts'
import type { signingApi } from '../../shared/contracts/user/http.ts'
import type { UserDeps } from '../deps.ts'
import { accepting } from '../identity/accepting.ts'
import { evenTime } from '../identity/even-time.ts'
import { loginGuard } from '../identity/login-guard.ts'
import { registration } from '../identity/registration.ts'
import { signIn } from '../identity/sign-in.ts'
import type { Loaded } from '../views/directory.ts'

// Loaded for an unknown address, so that it takes the same steps as a known one.
const nobody = 'nobody'

/** Signing up, in and out. */
export const signing = (deps: UserDeps): Handlers<typeof signingApi> => {
  const { persons, logins, vault, passwords, verify, signing: keys, settings } = deps
  const [guard, enter, register, accept] = [loginGuard(deps), signIn(deps), registration(deps), accepting(deps)]

  /** Whose password this is; only looked at when the guess is let in, so that a flood costs no look-ups. */
  const look = async (emailHash: string, password: string) => {
    const userId = await logins.find(emailHash)
    const person = await persons.load(NO_TENANT, userId ?? nobody)
    const { state } = person
    const living = state.status === 'absent' || state.status === 'closed' ? undefined : state
    const stored = userId && living?.password ? await vault.open(userId, living.password) : undefined
    return await passwords.verify(stored, password) && userId && living && stored ? { userId, person, living, stored } : undefined
  }

  return {
    register: async call => {
      const { userId, person, organizationId, emailHash } = await register(call.body, call)
      const [member] = await Promise.all([enter.membership(userId, organizationId), guard.welcome(emailHash, call)])
      return { body: await enter.start({ userId, person, member, by: 'registration', tokenIn: call.body.tokenIn }, call) }
    },
    login: async call => {
      const { email, password, organizationId, invitationToken: token, tokenIn } = call.body
      const even = evenTime(settings.evenMs)
      const emailHash = logins.hash(email)
      const found = await guard.guess(emailHash, call, () => look(emailHash, password))
      if (!found) {
        await even()
        throw new Refused('unauthenticated', 'bad-credentials', 'The address or the password is wrong.')
      }
      const { userId, living, stored } = found
      let { person }: { person: Loaded } = found
      if (living.status === 'closing') throw new Refused('forbidden', 'account-closing', 'The account is being closed.')
      if (passwords.isOutdated(stored)) {
        const rehashed = await vault.seal(userId, await passwords.hash(password))
        const meta = { ...call.meta, commandId: derivedId(call.meta.commandId, 'rehash'), expectedVersion: person.version }
        // He may have set another one while this was hashed: that one stays.
        person = await persons.handle(NO_TENANT, userId, { type: 'ChangePassword', password: rehashed, by: 'rehash' }, meta)
          .catch((error: unknown) => { if (error instanceof Refused && error.kind === 'stale') return found.person; throw error })
      }
      const meta = { ...call.meta, actor: userId }
      // Whoever is shut out elsewhere could not sign in to accept it.
      const invitedTo = token === undefined ? undefined : await accept({ userId, emailHash: living.emailHash, token }, meta)
      const member = await enter.choose(userId, living.organizations, invitedTo ?? organizationId)
      return { body: await enter.start({ userId, person, member, by: 'password', tokenIn }, { ...call, meta }) }
    },
    refresh: async call => ({ body: await enter.refresh(call.body.refreshToken, call) }),
    logout: async call => {
      const bearer = call.token === undefined ? undefined : await verify(call.token).catch(() => undefined)
      await enter.out(call.body.refreshToken, bearer?.sessionId, call)
      return {}
    },
    jwks: async () => ({ body: await keys.jwks(), headers: { 'Cache-Control': 'public, max-age=300' } }),
  }
}
