import type { Middleware } from 'koa'
import type { PlatformStatus } from '../../shared/contracts/gateway/http.ts'
import { sendPage } from './html.ts'
import { statusBody } from './status-page.ts'

const landing = `<h1>CyberTask</h1><p>Work management for teams: people, projects, tasks, notifications, analytics and AI.</p>
<nav><a href="/docs">API reference</a><a href="/status">Status</a><a href="/openapi.json">OpenAPI</a><a href="/asyncapi.json">AsyncAPI</a></nav>`

/** Pages for people with a browser. The web app takes the place of the landing page. */
export const pages = (status: () => Promise<PlatformStatus>): Middleware => async (ctx, next) => {
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next()
  if (ctx.path === '/') return sendPage(ctx, 'CyberTask', landing)
  if (ctx.path === '/status' && ctx.accepts('json', 'html') === 'html') return sendPage(ctx, 'CyberTask status', statusBody(await status()))
  return next()
}
