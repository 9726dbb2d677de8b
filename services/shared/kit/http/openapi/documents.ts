import { createHash } from 'node:crypto'
import Router, { type RouterContext } from '@koa/router'
import { z } from 'zod'
import type { Api, AppId, Operation, Topic } from '../../../contracts/define.ts'
import { documentApi, healthApi } from '../../../contracts/operations.ts'
import { asyncApi } from './asyncapi.ts'
import type { Socket } from './asyncapi-socket.ts'
import { conventions } from './conventions.ts'
import { docsPage } from './docs-page.ts'
import { openApi } from './openapi.ts'
import type { Routes } from '../serve.ts'

export type DocumentOptions = {
  name: AppId
  publicUrl: string
  routes: Routes
  /** Beside the mounted routes: the gateway shows every service's operations under its name. */
  apis?: readonly { tag: string; api: Api }[]
  publishes?: readonly Topic[]
  consumes?: readonly Topic[]
  /** The socket that people may open here. */
  socket?: Socket
  /** Schemas that the documents define once and refer to by name. */
  schemas?: Readonly<Record<string, z.ZodType>>
}

/** `/openapi.json`, `/asyncapi.json` and the readable `/docs`, made on first sight from the contracts. */
export const documentRoutes = ({ name, publicUrl, routes, apis = [], publishes = [], consumes = [], socket, schemas = {} }: DocumentOptions): Router => {
  for (const [id, schema] of Object.entries(schemas)) z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id })
  const router = new Router()
  const own = { tag: name, api: named(routes) }
  const about = { tag: 'operations', api: { ...healthApi, ...documentApi } }
  const title = name === 'gateway' ? 'CyberTask' : `CyberTask: ${name} service`
  const open = once(() => JSON.stringify(openApi({
    title, description: conventions, server: publicUrl,
    apis: [...apis, own, about].filter(a => Object.keys(a.api).length), internal: name !== 'gateway',
  })))
  const events = once(() => JSON.stringify(asyncApi({ title, publishes, consumes, socket })))
  const page = once(() => docsPage(title, open()))
  router.get('/openapi.json', ctx => { send(ctx, 'application/json', open()) })
  router.get('/asyncapi.json', ctx => { send(ctx, 'application/json', events()) })
  router.get('/docs', ctx => {
    const { html, policy } = page()
    ctx.set('Content-Security-Policy', policy)
    send(ctx, 'text/html; charset=utf-8', html)
  })
  return router
}

/** Two contracts of a service may both have a `list`: the second one is named with its path. */
const named = (routes: Routes): Api => {
  const api: Record<string, Operation> = {}
  for (const { name, operation } of routes) api[name in api ? `${name}${operation.path.replaceAll(/\W+/g, '-')}` : name] = operation
  return api
}

const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

const send = (ctx: RouterContext, type: string, body: string): void => {
  ctx.type = type
  ctx.body = body
  ctx.set('ETag', `"${createHash('sha256').update(body).digest('base64url').slice(0, 20)}"`)
  if (ctx.fresh) { ctx.status = 304; ctx.body = null }
}
