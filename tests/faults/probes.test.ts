import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { publicApis } from '../../services/shared/contracts/public-apis.ts'
import type { Operation } from '../../services/shared/contracts/define.ts'
import { answeredAt, probeOf } from './probes.ts'
import { doorTo, type Door } from './team/door.ts'
import { newLedger } from './team/ledger.ts'
import type { Person } from './team/people.ts'
import { reader } from './team/reader.ts'
import { newTally } from './team/tally.ts'

const person: Person = { id: 'p', email: '', password: '', organizationId: 'o', sessions: [], token: () => 't', keep: async () => {} }
const team = { owner: person, members: [person], projectId: 'home' } as const
const operations = Object.entries(publicApis).flatMap(([service, api]) => Object.values<Operation>(api).map(operation => ({ service, operation })))
let server: Server
let door: Door
let asked: { service: string; valid: boolean }[]
/** Refuses everything, and notes whose it was and whether its contract takes it. */
beforeEach(async () => {
  asked = []
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x')
    const found = operations.find(({ operation: { method, path } }) => method === request.method && new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`).test(pathname))
    const body = request.headers['content-type'] ? json(request) : Promise.resolve(undefined)
    void body.then(given => {
      asked.push({ service: found?.service ?? 'none', valid: found?.operation.body?.safeParse(given).success ?? given === undefined })
      response.writeHead(400, { 'content-type': 'application/json', connection: 'close' }).end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  door = doorTo(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, newLedger(), newTally())
})
afterEach(() => { server.close() })

it.each([
  ['user', 'user'], ['user-sidecar', 'user'], ['project', 'project'], ['notification', 'notification'], ['analytics-sidecar', 'analytics'], ['ai', 'ai'], ['task', 'task'],
  ['gateway', 'task'], ['documents', 'task'], ['postgres', 'task'], ['broker', 'task'], ['state', 'user'],
])('while %s is away, %s is asked', async (target, service) => {
  const probe = probeOf(target, door, team)
  expect(probe && await answeredAt(probe)).toBeUndefined()
  expect(asked).toEqual([{ service, valid: true }])
})
it('the control plane is asked for nothing', () => {
  expect(['placement', 'scheduler', 'sentry'].map(target => probeOf(target, door, team))).toEqual([undefined, undefined, undefined])
})
it('the reader looks at every service that nobody writes to', async () => {
  await reader(door, team, 0).look()
  expect(asked).toEqual(['task', 'notification', 'analytics', 'ai'].map(service => ({ service, valid: true })))
})
