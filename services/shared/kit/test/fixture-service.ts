import { z } from 'zod'
import { operation } from '../../contracts/define.ts'
import { secret } from '../config.ts'
import { serve } from '../http/serve.ts'
import { runService } from '../run.ts'
import { startService } from '../start.ts'
const api = { hello: operation({ method: 'GET', path: '/api/hello', summary: 's', access: 'public', status: 200, reply: z.object({ ok: z.boolean() }) }), slow: operation({ method: 'GET', path: '/api/slow', summary: 's', access: 'public', status: 200, reply: z.object({ ok: z.boolean() }) }) }
const service = await startService('task', { mongodbUri: secret(z.string(), 'mongodb-uri') }, process.env)
await runService({ ...service, routes: [serve(api, { hello: async () => ({ body: { ok: true } }), slow: async () => { await new Promise(r => setTimeout(r, 2000)); return { body: { ok: true } } } })], checks: { mongo: async () => {} } })
