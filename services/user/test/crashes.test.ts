import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { SignedIn } from '../../shared/contracts/user/resources.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import { goodPassword, userService, type UserService } from './service.ts'

const Started = z.object({ sagaId: z.string() })
const Asked = z.looseObject({ organizationId: z.string() })
const ok = { left: [{ projectId: 'p1', role: 'manager', allocationPercent: 50 }], released: 1, rejoined: 1, reassigned: 1, mailId: 'm1', sagaId: 's' }
const refusal = { type: 'urn:cybertask:problem:sole-project-owner', title: 'no', status: 409, detail: 'no', code: 'sole-project-owner', traceId: 't' }

let user: UserService
let acme: SignedIn
let other: SignedIn
/** Which organization does not let go of its people. */
let refusing: string | undefined
let calls: { path: string; body: z.infer<typeof Asked> }[] = []
let [moments, crashAt] = [0, undefined as number | undefined]
/** Before every commit, and around every call and every saved state: the moments at which the process may die. */
const moment = (): void => { if (++moments === crashAt) throw new Error('kill -9') }

beforeAll(async () => {
  user = await userService()
  const { actors } = user.dapr
  const transact = actors.transact.bind(actors)
  actors.transact = async (...args) => { moment(); await transact(...args); moment() }
  user.store.before = async call => { if (call === 'append') moment() }
  for (const app of ['project', 'task', 'notification', 'analytics', 'ai'] as const)
    user.dapr.answer(app, ({ path, body }) => {
      moment()
      const asked = Asked.parse(body)
      calls.push({ path, body: asked })
      moment()
      const refused = path === '/internal/projects/leave' && asked.organizationId === refusing
      return { status: refused ? 409 : path === '/internal/mails' ? 202 : 200, headers: {}, body: refused ? refusal : ok }
    })
  acme = await user.register('acme@example.com', { organizationName: 'Acme' })
  other = await user.register('other@example.com', { organizationName: 'Other' })
})
afterAll(() => user.stop())

/** Somebody with an organization of his own who works in two others. */
const somebody = async (email: string): Promise<SignedIn> => {
  const person = await user.register(email)
  for (const { organization: { id }, user: boss } of [acme, other]) {
    const meta = { actor: boss.id, at: user.clock.now(), correlationId: 'c', causationId: null }
    const [invitationId, emailHash] = [`${id}.${email}`, `hash of ${email}`]
    await user.deps.organizations.handle(id, id, {
      type: 'Invite', invitationId, emailHash, email: 'sealed', role: 'member', invitedBy: boss.id,
      at: meta.at, expiresAt: '2999-01-01T00:00:00.000Z',
    }, { ...meta, commandId: `invite ${invitationId}` })
    await user.deps.organizations.handle(id, id, {
      type: 'AcceptInvitation', invitationId, userId: person.user.id, emailHash, at: meta.at,
    }, { ...meta, commandId: `accept ${invitationId}` })
  }
  return person
}
/** All of them at once, for that is quicker. */
const crowd = async (emails: readonly string[]): Promise<SignedIn[]> => {
  const people = await Promise.all(emails.map(somebody))
  await user.settled()
  await user.dapr.settled()
  return people
}
/** A client that tries again until it is let in. */
const close = async (accessToken: string): Promise<string> => {
  for (let tries = 0; tries < 3; tries++) {
    const { status, body } = await user.ask('DELETE', '/api/users/account', { token: accessToken, body: { password: goodPassword } })
    if (status === 202) return Started.parse(body).sagaId
  }
  throw new Error('nobody answered')
}
/** Lets time go by: what hangs is swept up, and reminders come due, until the saga has finished. */
const finish = async (sagaId: string): Promise<string | null> => {
  for (let i = 0; i < 100; i++) {
    // A follow-up may wait for the saga that is yet to be woken.
    await Promise.race([user.settled(), setTimeout(5)])
    await user.dapr.settled()
    const saga = user.sagaStore.documents.get(sagaId)
    if (saga?.state === 'finished') return saga.outcome
    user.clock.advance(10_000)
    await user.sagas.sweep().catch(() => undefined)
    if (user.dapr.reminders.has(`UserSaga/${sagaId}/drive`)) await user.dapr.fire('UserSaga', sagaId, 'drive').catch(() => undefined)
  }
  return null
}

/** How it ends for somebody, and what others were asked for, once each. */
const closing = async ({ user: { id, email }, organization }: SignedIn, at?: number) => {
  const { accessToken } = await user.login(email)
  calls = []
  ;[moments, crashAt] = [0, at]
  const outcome = await finish(await close(accessToken))
  const passed = moments
  crashAt = undefined
  const { status } = await user.ask('POST', '/api/users/login', { body: { email, password: goodPassword } })
  const names = new Map([[acme.organization.id, 'Acme'], [other.organization.id, 'Other'], [organization.id, 'own']])
  const asked = calls.map(({ path, body }) => `${path} ${names.get(body.organizationId)} ${JSON.stringify({ ...body, organizationId: '', userId: '', sagaId: '' })}`)
  const eachOnce = (some: readonly string[]): string[] => [...new Set(some)].map(call => call.split(' ').slice(0, 2).join(' '))
  const erased = eachOnce(asked.filter(call => call.includes('/erase ')))
  const others = eachOnce(asked.filter(call => !call.includes('/erase ')))
  return {
    passed, end: {
      outcome, login: status,
      state: (await user.deps.persons.load(NO_TENANT, id)).state.status,
      key: await user.tables.keys.one({ _id: id }) !== undefined,
      sessions: (await user.tables.sessions.find({ userId: id })).length > 0,
      // Erasures have no order.
      asked: [...others, ...erased.toSorted()],
    },
  }
}
const leaves = ['/internal/projects/leave Acme', '/internal/tasks/release Acme', '/internal/projects/leave Other']
const erasures = ['ai', 'analytics', 'notifications'].flatMap(service => ['Acme', 'Other', 'own'].map(name => `/internal/${service}/erase ${name}`))
const gone = { outcome: 'completed', state: 'closed', login: 401, key: false, sessions: false, asked: [...leaves, '/internal/tasks/release Other', ...erasures] }
const back = {
  outcome: 'cancelled: sole-project-owner', state: 'active', login: 200, key: true, sessions: true,
  asked: [...leaves, '/internal/tasks/reassign Acme', '/internal/projects/rejoin Acme'],
}

describe('a crash at any moment', () => {
  it.each([
    ['for good', false, gone, 3],
    ['that is taken back', true, back, 0],
  ] as const)('changes nothing about the end of closing an account %s', async (how, refuses, end, deleted) => {
    refusing = refuses ? other.organization.id : undefined
    const email = (at: number): string => `${how}-${at}@example.com`.replaceAll(' ', '-')
    const [first] = await crowd([email(0)])
    if (!first) throw new Error('nobody came')
    const whole = await closing(first)
    expect(whole.end).toEqual(end)
    const people = await crowd(Array.from({ length: whole.passed }, (_, i) => email(i + 1)))
    for (const [i, person] of people.entries()) expect((await closing(person, i + 1)).end, `crash at ${i + 1} of ${whole.passed}`).toEqual(end)
    const told = Map.groupBy(await user.events('UserDeleted'), event => event.subject)
    expect([first, ...people].map(person => told.get(person.user.id)?.length ?? 0)).toEqual([first, ...people].map(() => deleted))
  })
})
