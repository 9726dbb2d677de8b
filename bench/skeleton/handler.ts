import Koa from 'koa'
import { randomUUID } from 'node:crypto'
import { createConnection } from 'mongoose'
import { readJson } from './read-json.ts'

// The control of the benches: a bare Koa handler with one insert or one look-up, no validation, no rights, no log.
const connection = await createConnection(process.env['MONGODB_URI'] ?? '', { dbName: 'bench_db', maxPoolSize: 32, retryWrites: false }).asPromise()
const things = connection.collection<{ _id: string }>('things')

const app = new Koa()
app.use(async ctx => {
  if (ctx.path === '/health') { ctx.body = 'ok'; return }
  if (ctx.method === 'POST') {
    const thing = { _id: randomUUID(), ...(await readJson(ctx.req)), createdAt: new Date().toISOString() }
    await things.insertOne(thing)
    ctx.status = 201
    ctx.body = { id: thing._id, ...thing }
    return
  }
  const id = ctx.path.split('/').at(-1) ?? ''
  ctx.body = (await things.findOne({ _id: id })) ?? {}
})
app.listen(Number(process.env['APP_PORT']), '127.0.0.1')
