import type { Middleware } from 'koa'
import { pages as paths } from '../../shared/contracts/gateway/pages.ts'
import type { PlatformStatus } from '../../shared/contracts/gateway/http.ts'
import { escaped, sendPage, type Page } from './html.ts'
import { invitationPage } from './invitation-page.ts'
import { resetPasswordPage } from './reset-password-page.ts'
import { statusBody } from './status-page.ts'

const landing = (problem: string): string => `<h1>CyberTask</h1>
<p>Work management for teams: people, projects, tasks, notifications, analytics and AI.</p>${problem && `
<p class="bad" role="alert">You are not signed in: ${escaped(inWords.get(problem) ?? problem)}</p>`}
<nav><a href="/docs">API reference</a><a href="/status">Status</a><a href="/openapi.json">OpenAPI</a><a href="/asyncapi.json">AsyncAPI</a></nav>`
const fixed = new Map<string, Page>([[paths.resetPassword, resetPasswordPage], [paths.invitation, invitationPage]])

/** Why a sign-in by another provider came to nothing, where it was not a fault or an outage of ours. */
const inWords: ReadonlyMap<string, string> = new Map([
  ['oauth-refused', 'the other provider did not say who you are. Start again.'],
  ['oauth-expired', 'it took too long, or was begun in another browser. Start again.'],
  ['oauth-email-unverified', 'the other provider has not checked your e-mail address.'],
  ['provider-unavailable', 'the other provider does not answer. Try again soon.'],
  ['email-taken', 'there is an account with your address already. Sign in to it with its password.'],
  ['account-closing', 'the account is closed, or being closed.'],
  ['account-disabled', 'no organization lets this account in.'],
])

// A code and nothing else: a link must not put words of its own on this page.
const problemIn = (said: unknown): string => (typeof said === 'string' && /^[a-z-]{1,60}$/.test(said) ? said : '')

/** Pages for people with a browser. The web app takes the place of the landing page. */
export const pages = (status: () => Promise<PlatformStatus>): Middleware => async (ctx, next) => {
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next()
  if (ctx.path === paths.start) return sendPage(ctx, { title: 'CyberTask', body: landing(problemIn(ctx.query['problem'])) })
  const page = fixed.get(ctx.path)
  if (page) return sendPage(ctx, page)
  if (ctx.path === paths.status && ctx.accepts('json', 'html') === 'html') return sendPage(ctx, { title: 'CyberTask status', body: statusBody(await status()) })
  return next()
}
