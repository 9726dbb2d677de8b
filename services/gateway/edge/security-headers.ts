import type { Middleware } from 'koa'
import helmet from 'koa-helmet'

/** Headers that keep browsers from being turned against people. Pages (`/docs`, the app) bring their own content policy; an API answer may load nothing. */
export const securityHeaders = (https: boolean): Middleware => helmet({
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] } },
  crossOriginResourcePolicy: { policy: 'same-site' },
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
  strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: true } : false,
})
