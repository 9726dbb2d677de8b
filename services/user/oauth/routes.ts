import { pages } from '../../shared/contracts/gateway/pages.ts'
import type { oauthApi } from '../../shared/contracts/user/http.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import { derivedId } from '../../shared/kit/ids.ts'
import type { Call, Handlers } from '../../shared/kit/http/call.ts'
import type { UserDeps } from '../deps.ts'
import { registration } from '../identity/registration.ts'
import { signIn } from '../identity/sign-in.ts'
import { oauthFlow } from './flow.ts'
import type { Identity } from './identity.ts'

/** What an organization is called is in the log for ever, so it is not called after its owner. */
const firstOrganization = 'My organization'

export const oauth = (deps: UserDeps): Handlers<typeof oauthApi> => {
  const { persons, keys, identities, publicUrl } = deps
  const [flow, enter, register] = [oauthFlow(deps), signIn(deps), registration(deps)]

  /** An address that has an account already is not linked by the provider's word alone: `email-taken`. */
  const newcomer = async ({ email, name }: Identity, hash: string, provider: string, call: Call<(typeof oauthApi)['finishOauth']>): Promise<string> => {
    if (email === undefined) throw new Refused('invalid', 'oauth-email-unverified', 'The provider has not checked the address.')
    const shown = name ?? email.split('@')[0] ?? 'Somebody'
    const { userId } = await register({ email, password: null, name: shown, organizationName: firstOrganization }, call)
    // Between this and the person stands only a repetition: whoever comes again with the same address is told that it is taken, and can set a password by mail.
    await identities.insert([{ _id: hash, userId }])
    const meta = { ...call.meta, actor: userId, commandId: derivedId(call.meta.commandId, 'link') }
    await persons.handle(NO_TENANT, userId, { type: 'LinkIdentity', provider, subjectHash: hash }, meta)
    return userId
  }
  /** A browser is shown a page: refusals lead to the first one, which says what is wrong. */
  const page = async (to: () => Promise<string>) => {
    const location = await to().catch((error: unknown) => {
      if (error instanceof Refused && error.kind !== 'missing') return `${publicUrl}${pages.start}?problem=${error.code}`
      throw error
    })
    return { headers: { Location: location, 'Cache-Control': 'no-store' } }
  }

  return {
    startOauth: ({ params: { provider }, cookies }) => page(() => flow.start(provider, cookies)),
    finishOauth: call => page(async () => {
      const identity = await flow.finish(call.params.provider, call.query, call.cookies)
      const hash = keys.mac('identity', `${identity.issuer}\n${identity.subject}`)
      const userId = (await identities.one({ _id: hash }))?.userId ?? await newcomer(identity, hash, call.params.provider, call)
      const person = await persons.load(NO_TENANT, userId)
      const { state } = person
      if (state.status !== 'active') throw new Refused('forbidden', 'account-closing', 'The account is closed, or being closed.')
      const member = await enter.choose(userId, state.organizations)
      await enter.start({ userId, person, member, by: 'oauth', tokenIn: 'cookie' }, { ...call, meta: { ...call.meta, actor: userId } })
      return `${publicUrl}/`
    }),
  }
}
