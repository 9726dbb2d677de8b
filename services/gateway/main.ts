import { z } from 'zod'
import { runService } from '../shared/kit/run.ts'
import { startService } from '../shared/kit/start.ts'
import { gateway } from './compose.ts'
import { documents } from './documents.ts'
import { Origins } from './edge/origins.ts'

const positive = z.coerce.number().int().min(1)
const service = await startService('gateway', {
  /** Beside the platform's own. */
  corsOrigins: Origins,
  trustedProxies: z.coerce.number().int().min(0).max(10).default(0),
  rateLimitUser: positive.default(1_000),
  rateLimitAddress: positive.default(3_000),
  rateLimitSignIn: positive.default(300),
}, process.env, { edge: true })
const { config } = service

const parts = await gateway(service, {
  origins: config.corsOrigins, trustedProxies: config.trustedProxies,
  limits: { userPer10s: config.rateLimitUser, addressPer10s: config.rateLimitAddress, signInPerMinute: config.rateLimitSignIn },
})

await runService({
  ...service, routes: parts.routes, edge: parts.edge, verify: parts.verify, idempotency: parts.idempotency, consumers: [parts.feeds], documents,
  letGo: [() => parts.letGo()], onStop: [() => parts.stop()],
})
