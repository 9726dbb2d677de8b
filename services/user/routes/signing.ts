import { Refused } from '../../shared/kit/decider.ts'
import type { Handlers } from '../../shared/kit/http/call.ts'
import type { signingApi } from '../../shared/contracts/user/http.ts'
import type { UserDeps } from '../deps.ts'
import { accepting } from '../identity/accepting.ts'
import { credentials } from '../identity/credentials.ts'
import { evenTime } from '../identity/even-time.ts'
import { loginGuard } from '../identity/login-guard.ts'
import { registration } from '../identity/registration.ts'
import { signIn } from '../identity/sign-in.ts'

/** Signing up, in and out. */
export const signing = (deps: UserDeps): Handlers<typeof signingApi> => {
  const { logins, verify, signing: keys, settings } = deps
  const [guard, known, enter, register, accept] = [loginGuard(deps), credentials(deps), signIn(deps), registration(deps), accepting(deps)]

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
      const found = await guard.guess(emailHash, call, () => known.check(emailHash, password))
      if (!found) {
        await even()
        throw new Refused('unauthenticated', 'bad-credentials', 'The address or the password is wrong.')
      }
      const { userId, living } = found
      if (living.status === 'closing') throw new Refused('forbidden', 'account-closing', 'The account is being closed.')
      const person = await known.renew(found, password, call.meta)
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
