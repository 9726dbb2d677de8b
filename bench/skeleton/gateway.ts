import Koa from 'koa'
import { Agent } from 'undici'
import { readJson } from './read-json.ts'

// The control's gateway: passes each call to the bare handler by Dapr invocation, and does nothing else.
const dispatcher = new Agent({ connections: 64, pipelining: 1 })
const target = `http://127.0.0.1:${process.env['DAPR_HTTP_PORT']}/v1.0/invoke/${process.env['SKELETON_TARGET']}/method`

process.once('disconnect', () => { process.exit() })
const app = new Koa()
app.use(async ctx => {
  if (ctx.path.startsWith('/health')) { ctx.body = 'ok'; return }
  const body = ctx.method === 'POST' ? JSON.stringify(await readJson(ctx.req)) : null
  const answer = await dispatcher.request({
    origin: new URL(target).origin, path: new URL(target).pathname + ctx.url,
    method: ctx.method === 'POST' ? 'POST' : 'GET', body,
    headers: { 'content-type': 'application/json', 'dapr-api-token': process.env['DAPR_API_TOKEN'] ?? '' },
  })
  ctx.status = answer.statusCode
  ctx.type = 'application/json'
  ctx.body = Buffer.from(await answer.body.arrayBuffer())
})
app.listen(Number(process.env['APP_PORT']), '127.0.0.1')
