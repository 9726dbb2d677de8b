import { z } from 'zod'
import { httpUrl } from '../../shared/kit/base-config.ts'

const Given = z.strictObject({
  type: z.enum(['openid', 'microsoft', 'github']).optional(), issuer: httpUrl.optional(),
  clientId: z.string().min(1), clientSecret: z.string().min(1), scope: z.string().min(1).optional(),
})
type Given = z.infer<typeof Given>
export type Provider = { type: 'openid' | 'microsoft' | 'github'; issuer: string; clientId: string; clientSecret: string; scope: string }
export type ProviderSettings = Readonly<Record<string, Provider>>

/** By these names an id and a secret are enough. */
const known: Readonly<Record<string, Pick<Provider, 'type' | 'issuer'>>> = {
  google: { type: 'openid', issuer: 'https://accounts.google.com' },
  microsoft: { type: 'microsoft', issuer: 'https://login.microsoftonline.com/common/v2.0' },
  github: { type: 'github', issuer: 'https://github.com' },
}
const scopes = { openid: 'openid email profile', microsoft: 'openid email profile', github: 'read:user user:email' }

const example = '{"google": {"clientId": …, "clientSecret": …}, "house": {"issuer": …, "clientId": …, "clientSecret": …}}'
const json = (text: string, context: z.RefinementCtx): unknown => {
  try { return JSON.parse(text) } catch {
    context.addIssue({ code: 'custom', message: `must be JSON: ${example}` })
    return z.NEVER
  }
}
const whole = (given: Record<string, Given>, context: z.RefinementCtx): ProviderSettings =>
  Object.fromEntries(Object.entries(given).flatMap(([name, setting]) => {
    const issuer = setting.issuer ?? (Object.hasOwn(known, name) ? known[name]?.issuer : undefined)
    const type = setting.type ?? (Object.hasOwn(known, name) ? known[name]?.type : undefined) ?? 'openid'
    if (issuer === undefined) { context.addIssue({ code: 'custom', path: [name], message: 'needs an issuer' }); return [] }
    return [[name, { type, issuer, clientId: setting.clientId, clientSecret: setting.clientSecret, scope: setting.scope ?? scopes[type] }]]
  }))

/** The setting `oauth-providers`: who else vouches for people, by the name that it has in the path. */
export const ProviderSetting = z.string().default('{}').transform(json).pipe(z.record(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/), Given)).transform(whole)
