import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import helmet from 'helmet'
import type { Middleware } from 'koa'

/** Headers that keep browsers from being turned against people. Pages (`/docs`, the app) bring their own content policy; an API answer may load nothing. */
export const securityHeaders = (https: boolean): Middleware => {
  const headers = fixed(https)
  return (ctx, next) => {
    for (const [name, value] of headers) ctx.res.setHeader(name, value)
    return next()
  }
}

// The same for every answer, so the library is asked once.
const fixed = (https: boolean): [string, string][] => {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'same-site' },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    // They speak of old browsers, plug-ins and pages; each header of an answer costs its share of a call.
    xDnsPrefetchControl: false, xDownloadOptions: false, xPermittedCrossDomainPolicies: false, xXssProtection: false, originAgentCluster: false,
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: true } : false,
  })(request, response, (error?: unknown) => { if (error) throw error })
  return Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)])
}
