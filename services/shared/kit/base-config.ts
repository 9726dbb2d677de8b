import { z } from 'zod'

/** The address of a web server. Without its scheme, `work.example.com:443` would be taken for an address whose scheme is the name. */
export const httpUrl = z.url({ protocol: /^https?$/, error: 'must begin with http:// or https://' })

/** What every service process is told by its environment. */
export const baseSpec = {
  appPort: z.coerce.number().int().min(0).max(65_535),
  daprHttpPort: z.coerce.number().int().min(1).max(65_535),
  daprApiToken: z.string().min(16, 'must have 16 characters or more'),
  appApiToken: z.string().min(16, 'must have 16 characters or more'),
  appIdPrefix: z.string().regex(/^[a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and dashes').default(''),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  otelExporterOtlpEndpoint: httpUrl.optional(),
  /** As browsers write it, without a slash at its end: paths are put behind it. */
  publicUrl: httpUrl.transform(url => new URL(url).href.replace(/\/+$/, '')).default('http://localhost:3000'),
  /** This process is to take over from one that still runs. */
  succeeds: z.stringbool().default(false),
  instanceId: z.string().min(1).max(100).optional(),
}
export type BaseConfig = { [K in keyof typeof baseSpec]: z.output<(typeof baseSpec)[K]> }
