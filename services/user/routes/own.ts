import type { ownApi } from '../../shared/contracts/user/http.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import type { Handlers } from '../../shared/kit/http/call.ts'
import { isUnavailable } from '../../shared/kit/unavailable.ts'
import type { UserDeps } from '../deps.ts'
import { refuseSoleOwner } from '../domain/organization-state.ts'
import { loginGuard } from '../identity/login-guard.ts'
import { changeProfile } from '../identity/profile-change.ts'
import { passwordChanges } from '../identity/password-change.ts'
import { profileOf, signIn } from '../identity/sign-in.ts'

/** The user's own profile, password, and account. */
export const own = (deps: UserDeps): Handlers<typeof ownApi> => {
  const { persons, organizations, sessions } = deps
  const [guard, enter, change, password] = [loginGuard(deps), signIn(deps), changeProfile(deps), passwordChanges(deps)]
  const confirm = async <T>(userId: string, check: () => Promise<T | undefined>): Promise<T> => {
    const found = await guard.confirm(userId, check)
    if (found === undefined) throw new Refused('forbidden', 'bad-password', 'The password is wrong.')
    return found
  }

  return {
    showProfile: async ({ actor }) => {
      const [details, member] = await Promise.all([enter.known(actor.userId), enter.membership(actor.userId, actor.organizationId)])
      return { body: profileOf(details, member), version: details.version }
    },
    changeProfile: async ({ actor, body, meta }) => {
      const member = await enter.membership(actor.userId, actor.organizationId)
      const details = await change(actor.userId, body, meta)
      return { body: profileOf(details, member), version: details.version }
    },
    closeAccount: async ({ actor: { userId, organizationId }, body, meta, newId }) => {
      await confirm(userId, async () => await password.isRight(userId, body.password) || undefined)
      const { state } = await persons.load(NO_TENANT, userId)
      if (state.status === 'closing' && state.sagaId) return { body: { sagaId: state.sagaId } }
      for (const id of state.status === 'active' ? state.organizations : []) refuseSoleOwner((await organizations.load(id, id)).state, userId)
      const sagaId = `close-account.${newId()}`
      const asked = await persons.handle(NO_TENANT, userId, { type: 'RequestClosing', sagaId, from: organizationId }, meta)
      return { body: { sagaId: asked.state.status === 'closing' && asked.state.sagaId ? asked.state.sagaId : sagaId } }
    },
    forgotPassword: async ({ body, meta, newId }) => {
      await password.forget(body.email, newId(), meta)
      return { body: {} }
    },
    resetPassword: async call => {
      const { userId, emailHash } = await password.reset(call.body.token, call.body.password, call.meta)
      // The password is set: that guesses are not forgotten while the state store is away does not undo it.
      await guard.proven(userId, emailHash, call).catch((error: unknown) => { if (!isUnavailable(error)) throw error })
      return {}
    },
    changePassword: async ({ actor: { userId, sessionId }, body, meta }) => {
      // As he is before the old password is compared: one that is reset meanwhile is not overwritten.
      const { version } = await persons.load(NO_TENANT, userId)
      const found = await confirm(userId, async () => {
        if (await password.isRight(userId, body.current)) return 'right'
        return await password.isSetIn(userId, sessionId, body) ? 'set already' : undefined
      })
      if (found === 'right') await password.change(userId, sessionId, body.password, { expectedVersion: version, ...meta })
      await sessions.endAll({ userId, except: sessionId }, 'password', meta)
      return {}
    },
  }
}
