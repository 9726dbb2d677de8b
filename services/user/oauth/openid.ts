import * as oidc from 'openid-client'
import type { Strategy } from 'openid-client/passport'
import { z } from 'zod'
import { EmailAddress } from '../../shared/contracts/primitives.ts'
import { codeFlow, connection, type Tokens } from './code-flow.ts'
import type { GuardedProvider } from './guarded.ts'
import type { Identity } from './identity.ts'
import { unlessAway } from './refusal.ts'

// Some issuers write their yes as a text or a number.
const Yes = z.union([z.boolean(), z.string(), z.number()]).transform(said => [true, 'true', 1, '1'].includes(said)).catch(false)
const Said = z.object({
  email: EmailAddress.optional().catch(undefined), email_verified: Yes, xms_edov: Yes,
  name: z.string().trim().min(1).max(100).optional().catch(undefined),
})
const Claims = Said.extend({ iss: z.string(), sub: z.string().min(1).max(255) })

/** An OpenID Connect issuer. It is asked for its addresses and keys; what it says of a person is in the signed id token. */
export const openid = async (provider: GuardedProvider): Promise<Strategy> => {
  const configuration = await oidc.discovery(new URL(provider.issuer), provider.clientId, provider.clientSecret, undefined, connection(provider))
  // Microsoft does not say `email_verified`: anybody can enter any address into his own directory. `xms_edov`: the domain is proven to be the directory's.
  const checked = ({ email_verified, xms_edov }: z.infer<typeof Said>): boolean => email_verified || (provider.type === 'microsoft' && xms_edov)
  const identify = async (tokens: Tokens): Promise<Identity> => {
    const { iss, sub, ...first } = Claims.parse(tokens.claims())
    // Some issuers tell the address only when they are asked for it.
    const more = first.email ? first : Said.parse(await oidc.fetchUserInfo(configuration, tokens.access_token, sub).catch(unlessAway) ?? {})
    return { issuer: iss, subject: sub, email: checked(more) ? more.email : undefined, name: more.name ?? first.name }
  }
  return codeFlow(provider, configuration, true, identify)
}
