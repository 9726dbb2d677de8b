import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import type { Project } from '../../services/shared/contracts/project/schemas.ts'
import { defaultWorkflow } from '../../services/shared/contracts/workflow.ts'

const at = '2026-03-02T09:00:00.000Z'
const project: Project = {
  id: 'p1', name: 'Plan', key: 'PLAN', description: '', status: 'active', startAt: null, dueAt: null,
  workflow: defaultWorkflow, members: [], createdAt: at, updatedAt: at, version: 1,
}
const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text ? JSON.parse(text) : {}
}

/** A gateway that knows these people and one project; the last owner may leave when he is the last of all. `told` is what it was asked to do. */
const gateway = async (...people: string[]) => {
  const told: string[] = []
  const emailOf = (id: string): string => `${id}@r1.demo.example`
  const personOf = (id: string) => ({ id, email: emailOf(id), name: id, avatarUrl: null, role: id === people[0] ? 'owner' : 'member', version: 1 })
  const left = new Set(people)
  const answer = (method: string, path: string, id: string, body: unknown): [number, unknown] => {
    if (path === '/api/users/login') {
      const user = [...left].find(person => emailOf(person) === z.object({ email: z.string() }).parse(body).email)
      if (user === undefined) return [401, { type: 'urn:cybertask:problem:bad-credentials', title: 'No', status: 401, detail: '', code: 'bad-credentials', traceId: '' }]
      const signedIn = { ...personOf(user), timezone: 'UTC', locale: 'en', preferences: {}, organizationId: 'o1', createdAt: at }
      return [200, { user: signedIn, organization: { id: 'o1', name: 'O', role: 'owner' }, accessToken: user, refreshToken: 'r', expiresIn: 600 }]
    }
    if (path === '/api/users') return [200, { items: [...left].map(person => ({ ...personOf(person), disabled: false, joinedAt: at })), nextCursor: null }]
    if (path === '/api/projects') return [200, { items: [project], nextCursor: null }]
    if (path.startsWith('/api/sagas/')) {
      const saga = { id: 's1', name: 's', state: 'finished', step: 'restorable', outcome: 'completed', startedAt: at, deadline: at, finishedAt: at, history: [] }
      return [200, saga]
    }
    told.push(`${method} ${path} ${id}`)
    if (path === '/api/users/account') {
      if (id === people[0] && left.size > 1) return [409, { type: 'urn:cybertask:problem:sole-owner', title: 'No', status: 409, detail: '', code: 'sole-owner', traceId: '' }]
      left.delete(id)
    }
    return [202, { sagaId: 's1' }]
  }
  const server = createServer((request, reply) => {
    void bodyOf(request).then(body => {
      const [status, text] = answer(request.method ?? '', new URL(request.url ?? '/', 'http://x').pathname, (request.headers.authorization ?? '').replace('Bearer ', ''), body)
      reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(text))
    })
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  onTestFinished(() => { server.closeAllConnections(); server.close() })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, told }
}

it('a run that was broken off and knows its founder alone is taken away whole, where it was played, and no other run stands in its way', async () => {
  const [here, elsewhere] = [await gateway('ada', 'ben', 'chiara'), await gateway()]
  const home = mkdtempSync(join(tmpdir(), 'demo-'))
  onTestFinished(() => { rmSync(home, { recursive: true, force: true }) })
  mkdirSync(join(home, 'demo'))
  const fileOf = (id: string): string => join(home, 'demo', `${id}.json`)
  const keep = (id: string, url: string): void => writeFileSync(fileOf(id), JSON.stringify({ id, url, startedAt: at, password: 'secret', founder: 'ada@r1.demo.example' }))
  keep('r0', 'http://127.0.0.1:9')
  keep('r1', here.url)
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--remove', '--url', elsewhere.url], { env: { ...process.env, CYBERTASK_HOME: home } })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { said += text })
  const code = await new Promise<number | null>(resolve => { child.once('close', resolve) })
  expect(here.told.toSorted((a, b) => (a < b ? -1 : 1)), said).toEqual([
    'DELETE /api/projects/p1 ada', 'DELETE /api/users/account ada', 'DELETE /api/users/account ben', 'DELETE /api/users/account chiara',
  ])
  expect(here.told.at(-1)).toBe('DELETE /api/users/account ada')
  expect([existsSync(fileOf('r0')), existsSync(fileOf('r1')), code]).toEqual([true, false, 1])
  expect(said).toContain('Run r0 stays: POST http://127.0.0.1:9/api/users/login got no answer.')
})
