import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type GitHubUser = { id: number; login: string; name: string | null; emails: readonly { email: string; primary: boolean; verified: boolean }[] }
type Grant = { login: string; challenge: string; redirect: string; scopes: string[] }
type Answer = { status: number; body?: unknown; location?: string }

/**
 * GITHUB'S DOUBLE: its OAuth endpoints and as much of its API as sign-in uses, in the shape of an Enterprise Server.
 * The `x-account` header says who is signed in there; `nobody` says no.
 */
export const githubServer = async (app: { clientId: string; clientSecret: string; callback: string }, users: Readonly<Record<string, GitHubUser>>) => {
  const [codes, tokens] = [new Map<string, Grant>(), new Map<string, Grant>()]

  const authorize = ({ searchParams: asked }: URL, login: string): Answer => {
    const redirect = asked.get('redirect_uri') ?? ''
    if (asked.get('client_id') !== app.clientId || redirect !== app.callback || asked.get('code_challenge_method') !== 'S256') return { status: 404 }
    const back = new URL(redirect)
    back.searchParams.set('state', asked.get('state') ?? '')
    if (login === 'nobody') {
      back.searchParams.set('error', 'access_denied')
      return { status: 302, location: back.href }
    }
    const code = randomUUID().replaceAll('-', '').slice(0, 20)
    codes.set(code, { login, challenge: asked.get('code_challenge') ?? '', redirect, scopes: (asked.get('scope') ?? '').split(' ') })
    back.searchParams.set('code', code)
    return { status: 302, location: back.href }
  }
  // GitHub answers 200 also when it refuses, and a form unless JSON is asked for.
  const trade = (form: URLSearchParams, accept: string): Answer => {
    const grant = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const said = (body: Record<string, string>): Answer => ({ status: 200, body: accept.includes('json') ? body : new URLSearchParams(body).toString() })
    if (form.get('client_id') !== app.clientId || form.get('client_secret') !== app.clientSecret) return said({ error: 'incorrect_client_credentials' })
    const proof = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url')
    if (!grant || form.get('redirect_uri') !== grant.redirect || proof !== grant.challenge) return said({ error: 'bad_verification_code' })
    const token = `gho_${randomUUID()}`
    tokens.set(token, grant)
    return said({ access_token: token, scope: grant.scopes.join(','), token_type: 'bearer' })
  }
  const api = (path: string, { authorization = '', 'user-agent': agent }: IncomingMessage['headers']): Answer => {
    const grant = tokens.get(/^Bearer (\S+)$/i.exec(authorization)?.[1] ?? '')
    const user = grant && users[grant.login]
    if (!agent) return { status: 403, body: { message: 'Request forbidden by administrative rules.' } }
    if (!grant || !user) return { status: 401, body: { message: 'Bad credentials' } }
    if (path === '/user') return { status: 200, body: { id: user.id, login: user.login, name: user.name, email: null } }
    if (path !== '/user/emails' || !grant.scopes.includes('user:email')) return { status: 404, body: { message: 'Not Found' } }
    return { status: 200, body: user.emails.map(email => ({ ...email, visibility: null })) }
  }

  const handle = async (request: IncomingMessage): Promise<Answer> => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (request.method === 'GET' && url.pathname === '/login/oauth/authorize') return authorize(url, String(request.headers['x-account']))
    if (request.method === 'POST' && url.pathname === '/login/oauth/access_token') return trade(new URLSearchParams(await text(request)), request.headers.accept ?? '')
    return url.pathname.startsWith('/api/v3/') ? api(url.pathname.slice('/api/v3'.length), request.headers) : { status: 404 }
  }
  const server = createServer((request, response) => {
    void handle(request).then(({ status, body, location }) => {
      const type = typeof body === 'string' ? 'application/x-www-form-urlencoded' : 'application/json'
      response.writeHead(status, { 'content-type': type, ...(location !== undefined && { location }) })
      response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}))
    })
  })
  await new Promise<void>(done => { server.listen(0, '127.0.0.1', done) })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => { server.closeAllConnections(); server.close() } }
}
