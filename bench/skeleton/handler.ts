import Koa from 'koa'
import { randomUUID } from 'node:crypto'
import { createConnection } from 'mongoose'
import { Agent } from 'undici'
import { readJson } from './read-json.ts'

// The control of the benches: a bare Koa handler with one insert, one look-up or one sorted list; no validation, no rights, no log.
const connection = await createConnection(process.env['MONGODB_URI'] ?? '', { dbName: 'bench_db', maxPoolSize: 32, retryWrites: false }).asPromise()
const things = connection.collection<{ _id: string }>('things')
await things.createIndex({ projectId: 1 })
const sidecar = new Agent({ connections: 16, pipelining: 1 })

/** One event, published as Dapr's own client would. */
const publish = async (thing: object): Promise<void> => {
  const { statusCode, body } = await sidecar.request({
    origin: `http://127.0.0.1:${process.env['DAPR_HTTP_PORT']}`, path: '/v1.0/publish/pubsub/task-events', method: 'POST',
    headers: { 'content-type': 'application/json', 'dapr-api-token': process.env['DAPR_API_TOKEN'] ?? '' }, body: JSON.stringify(thing),
  })
  await body.dump()
  if (statusCode >= 300) throw new Error(`publishing answered ${statusCode}`)
}

process.once('disconnect', () => { process.exit() })
const app = new Koa()
app.use(async ctx => {
  if (ctx.path.startsWith('/health')) { ctx.body = 'ok'; return }
  if (ctx.path.startsWith('/dapr/')) { ctx.body = ctx.path.endsWith('subscribe') ? [] : {}; return }
  if (ctx.method === 'POST') {
    const thing = { _id: randomUUID(), ...(await readJson(ctx.req)), createdAt: new Date().toISOString() }
    await things.insertOne(thing)
    // The answer does not wait for the broker, as it does not on the platform.
    if (ctx.path.endsWith('/publish')) publish(thing).catch((error: unknown) => { console.error(error) })
    ctx.status = 201
    ctx.body = { id: thing._id, ...thing }
    return
  }
  const { projectId, limit } = ctx.query
  if (typeof projectId === 'string') {
    ctx.body = { items: await things.find({ projectId }).sort({ createdAt: -1 }).limit(Number(limit)).toArray() }
    return
  }
  const id = ctx.path.split('/').at(-1) ?? ''
  ctx.body = (await things.findOne({ _id: id })) ?? {}
})
// Longer than the sidecar keeps a connection, as the services do: a request must not meet a closing one.
app.listen(Number(process.env['APP_PORT']), '127.0.0.1').keepAliveTimeout = 120_000
