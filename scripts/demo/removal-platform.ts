import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { Project } from '../../services/shared/contracts/project/schemas.ts'
import { defaultWorkflow } from '../../services/shared/contracts/workflow.ts'

const at = '2026-03-02T09:00:00.000Z'
const project: Project = {
  id: 'p1', name: 'Plan', key: 'PLAN', description: '', status: 'active', startAt: null, dueAt: null,
  workflow: defaultWorkflow, members: [], createdAt: at, updatedAt: at, version: 1,
}
const Login = z.object({ email: z.string() })
const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text ? JSON.parse(text) : {}
}
type Answer = [number, unknown]
const problem = (status: number, code: string): Answer =>
  [status, { type: `urn:cybertask:problem:${code}`, title: 'No', status, detail: code, code, traceId: '' }]

/**
 * How it goes where it does not go smoothly. `projectEnds`: how the saga of the project ends, which otherwise waits in its time of grace;
 * `kept`: whose closing will be called off; `closing`: whose account is being closed already, which has ended once somebody has tried to sign in:
 * it is closed then, or for `calledOff` as it was before;
 * `lapses`: the token of the founder lapses before his saga has ended.
 */
export type Course = { projectEnds?: string; kept?: readonly string[]; closing?: readonly string[]; calledOff?: readonly string[]; lapses?: boolean }

export const emailOf = (id: string): string => `${id}@r1.demo.example`

/** A gateway for tests that knows these people, the founder first, and one project; the only owner leaves last. `told` is what it was asked to do. */
export const removalPlatform = async (people: readonly string[], { projectEnds, kept = [], closing = [], calledOff = [], lapses = false }: Course = {}) => {
  const told: string[] = []
  const [founder] = people
  const [left, half] = [new Set(people), new Set(closing)]
  const personOf = (id: string) => ({ id, email: emailOf(id), name: id, avatarUrl: null, role: id === founder ? 'owner' : 'member', version: 1 })
  const sagaOf = (id: string, step: string, outcome: string | null) => {
    const state = outcome === null ? 'running' : 'finished'
    return { id, name: 's', state, step, outcome, startedAt: at, deadline: at, finishedAt: outcome === null ? null : at, history: [] }
  }
  const login = (body: unknown): Answer => {
    const { email } = Login.parse(body)
    const user = [...left].find(person => emailOf(person) === email)
    if (user === undefined) return problem(401, 'bad-credentials')
    if (half.delete(user)) {
      if (!calledOff.includes(user)) left.delete(user)
      return problem(403, 'account-closing')
    }
    const signedIn = { ...personOf(user), timezone: 'UTC', locale: 'en', preferences: {}, organizationId: 'o1', createdAt: at }
    return [200, { user: signedIn, organization: { id: 'o1', name: 'O', role: 'owner' }, accessToken: user, refreshToken: 'r', expiresIn: 600 }]
  }
  const saga = (id: string, asker: string): Answer => {
    if (id === 'delete-project.p1') return [200, sagaOf(id, 'restorable', projectEnds ?? null)]
    const person = id.replace('close-account.', '')
    if (lapses && asker === founder && person === founder) return problem(401, 'session-ended')
    return [200, sagaOf(id, 'closed', kept.includes(person) ? 'cancelled: sole-owner' : 'completed')]
  }
  const answer = (method: string, path: string, asker: string, body: unknown): Answer => {
    if (path === '/api/users/login') return login(body)
    if (path === '/api/users') return [200, { items: [...left].map(person => ({ ...personOf(person), disabled: false, joinedAt: at })), nextCursor: null }]
    if (path === '/api/projects') return [200, { items: [project], nextCursor: null }]
    if (path.startsWith('/api/sagas/')) return saga(path.replace('/api/sagas/', ''), asker)
    told.push(`${method} ${path} ${asker}`)
    if (path !== '/api/users/account') return [202, { sagaId: 'delete-project.p1' }]
    if (asker === founder && left.size > 1) return problem(409, 'sole-owner')
    if (!kept.includes(asker)) left.delete(asker)
    return [202, { sagaId: `close-account.${asker}` }]
  }
  const server = createServer((request, reply) => {
    void bodyOf(request).then(body => {
      const token = (request.headers.authorization ?? '').replace('Bearer ', '')
      const [status, text] = answer(request.method ?? '', new URL(request.url ?? '/', 'http://x').pathname, token, body)
      reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(text))
    })
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  onTestFinished(() => { server.closeAllConnections(); server.close() })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, told }
}
