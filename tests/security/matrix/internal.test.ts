import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { appIds, type AppId } from '../../../services/shared/contracts/define.ts'
import { publicApis } from '../../../services/shared/contracts/public-apis.ts'
import { send, type Input } from '../../support/call.ts'
import { invocation, sidecar } from '../../support/sidecar.ts'
import { columns } from './columns.ts'
import { internalRows } from './fixtures/internal.ts'
import type { Verdict } from './judge.ts'
import { tally } from './tally.ts'
import { makeWorld, type World } from './world.ts'

const filled = (path: string, { params = {}, query = {} }: Input): string => {
  const search = new URLSearchParams(Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)]))).toString()
  return `${path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? 'x1'))}${search && `?${search}`}`
}
const judged = (allowed: boolean, status: number, text: string, { words }: World): Verdict => {
  if (!allowed && (text.includes(words.organization) || text.includes(words.project))) return { kind: 'LEAK', why: text.slice(0, 200) }
  const why = `${status} ${text.slice(0, 200)}`
  if (!allowed) return status === 401 || status === 403 || status === 404 ? { kind: 'refused' } : { kind: 'LEAK', why }
  // A dead letter is there in one service only; to be told so is to be let in.
  return status < 300 || (status === 404 && text.includes('dead-letter-unknown')) ? { kind: 'let in' } : { kind: 'WRONG', why }
}
const reasons = (verdicts: readonly (Verdict & { by: string })[]) =>
  verdicts.flatMap(({ kind, why, by }) => (why === undefined ? [] : [`${kind}: ${by}: ${why}`]))

describe('what is for services only', () => {
  const counts = tally()
  let world: World
  beforeAll(async () => { world = await makeWorld() })
  afterAll(() => { counts.print('Authorization matrix: operations for services, each service and each kind of caller from outside') })

  const rows = internalRows.map(row => [row.app, row.name, row] as const)
  it.each(rows)('%s: %s answers its callers, and nobody else', async (app, _, { operation, input, callers }) => {
    const services = await Promise.all(appIds.filter(from => from !== app).map(async from => {
      const given = await input(world)
      const answer = await sidecar(from, invocation(app, filled(operation.path, given)), { method: operation.method, body: given.body })
      return { ...judged(callers.includes(from), answer.status, await answer.text(), world), by: from }
    }))
    const given = await input(world)
    const path = filled(operation.path, given)
    const outside = await Promise.all(columns.map(async column => {
      const { status, text } = await send(operation.method, path, { body: given.body, ...(column !== 'anonymous' && { token: world.people[column].token }) })
      return { ...judged(false, status, text, world), by: column }
    }))
    const foreignToken = inject('tokens')[app === 'task' ? 'user' : 'task']?.app ?? ''
    const ports = app === 'gateway' ? [] : await Promise.all([undefined, 'wrong', foreignToken].map(async token => {
      const answer = await fetch(`${inject('services')[app]}${path}`, {
        method: operation.method,
        headers: {
          'content-type': 'application/json', 'dapr-caller-app-id': `${inject('prefix')}${callers[0]}`,
          ...(token !== undefined && { 'dapr-api-token': token }),
        },
        ...(given.body !== undefined && { body: JSON.stringify(given.body) }),
      })
      const verdict: Verdict & { by: string } = {
        ...(answer.status === 401 ? { kind: 'refused' } : { kind: 'LEAK', why: `the port answered ${answer.status}` }), by: 'the app port',
      }
      return verdict
    }))
    counts.add(app, [...services, ...outside, ...ports])
    expect(reasons([...services, ...outside, ...ports])).toEqual([])
  })

  const closed = 'what %s shows to people is closed to services that its contract does not name, even with the token of an owner'
  it.each(Object.entries(publicApis))(closed, async (app, api) => {
    const target = appIds.find(id => id === app) ?? 'user'
    const callers = (from: AppId, listed: readonly AppId[] = []) => from === 'gateway' || listed.includes(from)
    const verdicts = await Promise.all(Object.entries(api).flatMap(([name, operation]) => {
      const listed = 'callers' in operation ? operation.callers : undefined
      return appIds.filter(from => from !== target && !callers(from, listed)).map(async from => {
        const answer = await sidecar(from, invocation(target, filled(operation.path, {})), {
          method: operation.method, headers: { authorization: `Bearer ${world.founder.token}` }, ...(operation.method !== 'GET' && { body: {} }),
        })
        const verdict: Verdict & { by: string } = {
          ...(answer.status === 403 ? { kind: 'refused' } : { kind: 'LEAK', why: `${name} answered ${answer.status}` }), by: from,
        }
        return verdict
      })
    }))
    counts.add(`${app} (public)`, verdicts)
    expect(reasons(verdicts)).toEqual([])
  })
})
