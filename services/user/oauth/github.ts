import * as oidc from 'openid-client'
import type { Strategy } from 'openid-client/passport'
import { z } from 'zod'
import { EmailAddress } from '../../shared/contracts/primitives.ts'
import { codeFlow, connection, type Tokens } from './code-flow.ts'
import type { GuardedProvider } from './guarded.ts'
import type { Identity } from './identity.ts'

const User = z.object({ id: z.number().int(), login: z.string(), name: z.string().trim().min(1).max(100).nullish().catch(null) })
const Emails = z.array(z.object({ email: EmailAddress.optional().catch(undefined), primary: z.boolean(), verified: z.boolean() }))
/** GitHub's own and that of its customers' clouds, else that of an Enterprise Server. */
const apiOf = ({ hostname, origin }: URL): string => /(^|\.)(github|ghe)\.com$/.test(hostname) ? `https://api.${hostname}` : `${origin}/api/v3`

/**
 * GitHub speaks OAuth 2 without id tokens: who came is asked of its API, with the token that the code was traded for.
 * The flow is the same strategy as everybody's; passport-oauth2 and what builds on it wait for an answer without a limit.
 */
export const github = async (provider: GuardedProvider): Promise<Strategy> => {
  const host = new URL(provider.issuer)
  const issuer = `${host.origin}/login/oauth`
  const { execute, ...limits } = connection(provider)
  const server = { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/access_token` }
  const configuration = Object.assign(new oidc.Configuration(server, provider.clientId, provider.clientSecret), limits)
  for (const allow of execute) allow(configuration)
  const ask = async (path: string, token: string): Promise<unknown> => {
    const url = new URL(`${apiOf(host)}${path}`)
    const headers = new Headers({ accept: 'application/vnd.github+json' })
    const answer = await oidc.fetchProtectedResource(configuration, token, url, 'GET', undefined, headers)
    return answer.ok ? answer.json() : undefined
  }
  const identify = async ({ access_token: token }: Tokens): Promise<Identity> => {
    const [user, emails] = await Promise.all([ask('/user', token), ask('/user/emails?per_page=100', token)])
    const { id, login, name } = User.parse(user)
    // Without the permission to read them there are none; whoever is known gets in all the same.
    const primary = Emails.catch([]).parse(emails).find(email => email.primary && email.verified)
    return { issuer, subject: String(id), email: primary?.email, name: name ?? login }
  }
  return codeFlow(provider, configuration, false, identify)
}
