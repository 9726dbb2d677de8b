import { randomUUID } from 'node:crypto'
import { notificationInternal } from '../../shared/contracts/notification/internal.ts'
import { projectEvents } from '../../shared/contracts/project/events.ts'
import { taskApi } from '../../shared/contracts/task/http.ts'
import { taskInternal } from '../../shared/contracts/task/internal.ts'
import { userInternal } from '../../shared/contracts/user/internal.ts'
import { testClock } from '../../shared/kit/clock.ts'
import { memoryDapr, type InvokeHandler } from '../../shared/kit/dapr/memory-dapr.ts'
import { openLog } from '../../shared/kit/events/log/open-log.ts'
import { memoryStore } from '../../shared/kit/events/store/memory-store.ts'
import type { Actor } from '../../shared/kit/http/call.ts'
import { client } from '../../shared/kit/http/client.ts'
import { testServer } from '../../shared/kit/http/test-server.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { sagaHostOn } from '../../shared/kit/sagas/host.ts'
import { memorySagaStore } from '../../shared/kit/sagas/memory-saga-store.ts'
import { publicEvents, type StoredEvent } from '../publish.ts'
import { deleteProject } from '../sagas/delete-project.ts'
import { projectFromTemplate } from '../sagas/project-from-template.ts'
import { projectService } from '../compose.ts'

export const organizationId = 'org-1'
const person = (userId: string, role: Actor['role'], organization = organizationId): Actor => ({ userId, role, organizationId: organization, sessionId: `s-${userId}` })
/** The people of the tests: `stranger` belongs to another organization. */
export const people = {
  owner: person('olga', 'owner'), admin: person('adam', 'admin'), ann: person('ann', 'member'), bob: person('bob', 'member'), guest: person('gus', 'guest'),
  stranger: person('sam', 'owner', 'org-2'),
}
const belongs = (organization: unknown, id: string): boolean => Object.values(people).some(p => p.organizationId === organization && p.userId === id)
const ok = (body: unknown) => ({ status: 200, headers: {}, body })
const problem = (status: number, code: string) => ({ status, headers: {}, body: { type: `urn:cybertask:problem:${code}`, title: code, status, detail: code, code, traceId: 't' } })
const field = (body: unknown, name: string): unknown => (body !== null && typeof body === 'object' && name in body ? Reflect.get(body, name) : undefined)

/** TEST DOUBLES of the services that this one calls. */
const userDouble = (leaving: ReadonlySet<string>): InvokeHandler => ({ path, body }) => {
  const known = (id: string): boolean => belongs(field(body, 'organizationId'), id)
  if (path === '/internal/users/by-email') {
    const id = String(field(body, 'email')).split('@')[0] ?? ''
    return known(id) ? ok({ userId: id }) : problem(404, 'user-unknown')
  }
  const ids = field(body, 'ids')
  const users = (Array.isArray(ids) ? ids : []).filter((id): id is string => known(String(id)))
  return ok({ users: users.map(id => ({ id, name: id, avatarUrl: null, disabled: false, leaving: leaving.has(id) })) })
}

/** The whole project service in process: its routes over HTTP, its sagas in the memory sidecar, everything else as doubles. */
export const startProjectService = async ({ crashAt }: { crashAt?: number } = {}) => {
  const [dapr, clock, store, sagaStore] = [memoryDapr(), testClock(), memoryStore(), memorySagaStore()]
  let moments = 0
  /** Around every effect and every saved state: the moments at which the process may die. */
  const moment = (): void => { if (++moments === crashAt) throw new Error('kill -9') }
  const actors = { ...dapr.actors }
  dapr.actors.transact = async (...args) => { moment(); await actors.transact(...args); moment() }
  const calls: { path: string; body: unknown }[] = []
  /** How the task and notification services answer: by path; the default is that all goes well. */
  const answers = new Map<string, () => { status: number; headers: Record<string, string>; body: unknown }>()
  const defaults: Record<string, unknown> = {
    '/internal/tasks/create-many': { created: 1 }, '/internal/tasks/discard': { discarded: 1 },
    '/internal/projects/tasks/delete': { deleted: 1 }, '/internal/projects/tasks/restore': { restored: 1 },
    '/internal/projects/notifications/delete': { sagaId: 'x' }, '/internal/projects/notifications/restore': { sagaId: 'x' }, '/api/tasks': { items: [], nextCursor: null },
  }
  const peer: InvokeHandler = ({ path, body }) => {
    moment()
    calls.push({ path, body })
    moment()
    return answers.get(path)?.() ?? (path in defaults ? ok(defaults[path]) : problem(404, 'task-unknown'))
  }
  /** Whose accounts are being closed. */
  const leaving = new Set<string>()
  dapr.answer('user', userDouble(leaving))
  dapr.answer('task', peer)
  dapr.answer('notification', peer)
  const log = openLog<StoredEvent, typeof projectEvents>({ db: store, service: 'project', topic: projectEvents, toPublic: publicEvents, dapr, clock, logger: silentLogger })
  const clients = { task: client(taskInternal, 'task', dapr), notification: client(notificationInternal, 'notification', dapr) }
  const { routes, sagas, deps } = projectService({
    log, clock, restorableFor: 'PT30S', peers: { user: client(userInternal, 'user', dapr), task: client(taskApi, 'task', dapr) },
    host: commands => sagaHostOn({
      actorType: 'ProjectSaga', sagas: [projectFromTemplate, deleteProject], dapr, store: sagaStore, clients, commands, clock,
      logger: silentLogger, secret: 'a secret of tests',
    }),
  })
  dapr.host(sagas.actor)
  await log.start()
  const server = await testServer(routes, { clock })
  return {
    ...server, leaving, dapr, store, sagas, moments: () => moments, clock, log, calls, deps,
    answer: (path: string, status: number, body: unknown) => { answers.set(path, () => (status < 300 ? { ...ok(body), status } : problem(status, String(body)))) },
    published: () => dapr.published.map(p => p.event),
    /** The saga's reminder comes due, as after a restart. */
    fire: async (sagaId: string) => { await dapr.fire('ProjectSaga', sagaId, 'drive') },
    stop: async () => { await server.close(); await log.stop() },
    key: () => ({ 'idempotency-key': randomUUID() }),
  }
}
export type TestService = Awaited<ReturnType<typeof startProjectService>>
