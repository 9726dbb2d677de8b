import * as oidc from 'openid-client'
import { z } from 'zod'
import { Refused } from '../../shared/kit/decider.ts'

const Provider = z.strictObject({ issuer: z.url(), clientId: z.string().min(1), clientSecret: z.string().min(1), scope: z.string().default('openid email profile') })
const known = z.record(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/), Provider)
const text = (json: string, context: z.RefinementCtx): unknown => {
  try { return JSON.parse(json) } catch { context.addIssue({ code: 'custom', message: 'must be JSON: {"google": {"issuer": …, "clientId": …, "clientSecret": …}}' }); return z.NEVER }
}
/** The setting `oauth-providers`: OpenID Connect issuers by the name they have in the path. */
export const ProviderSetting = z.string().default('{}').transform(text).pipe(known)
export type ProviderSettings = z.infer<typeof known>
export type Found = { issuer: string; scope: string; configuration: oidc.Configuration }
export type Providers = { find(name: string): Promise<Found> }

const onThisMachine = (issuer: string): boolean => /^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(issuer)

/** Issuers are asked for their addresses when they are first needed, and again when that failed. Plain http is taken from this machine only. */
export const providers = (settings: ProviderSettings): Providers => {
  const discovered = new Map<string, Promise<oidc.Configuration>>()
  return {
    find: async name => {
      const setting = Object.hasOwn(settings, name) ? settings[name] : undefined
      if (!setting) throw new Refused('missing', 'provider-unknown', 'There is no such provider here.')
      const { issuer, clientId, clientSecret, scope } = setting
      const asked = discovered.get(name) ?? oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, { timeout: 5, ...(onThisMachine(issuer) && { execute: [oidc.allowInsecureRequests] }) })
      discovered.set(name, asked)
      try {
        return { issuer, scope, configuration: await asked }
      } catch {
        discovered.delete(name)
        throw new Refused('unavailable', 'provider-unavailable', 'The provider does not answer.')
      }
    },
  }
}
