import { defaultWorkflow, type Workflow } from '../../shared/contracts/workflow.ts'
import type { ProjectRecord } from '../../shared/contracts/project/internal.ts'
import type { Task } from '../../shared/contracts/task/model.ts'
import { Task as TaskSchema } from '../../shared/contracts/task/model.ts'
import { testClock } from '../../shared/kit/clock.ts'
import { memoryDapr } from '../../shared/kit/dapr/memory-dapr.ts'
import { memoryStore } from '../../shared/kit/events/store/memory-store.ts'
import type { CommitStore } from '../../shared/kit/events/store/store.ts'
import type { Actor } from '../../shared/kit/http/call.ts'
import { testServer, type TestAnswer } from '../../shared/kit/http/test-server.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { Problem } from '../../shared/contracts/problem.ts'
import { taskChanges } from '../commands/change-task.ts'
import { taskDeps } from '../compose.ts'
import { overdueJobs } from '../overdue.ts'
import { reactions } from '../reactions.ts'
import { taskRoutes } from '../routes.ts'

export const person = (userId: string, organizationId = 'acme', role: Actor['role'] = 'member'): Actor =>
  ({ userId, organizationId, role, sessionId: `s-${userId}` })
export const ann = person('ann')
export const bob = person('bob')
export const viewer = person('vic')
export const stranger = person('stranger')
export const boss = person('boss', 'acme', 'owner')
export const foreigner = person('ann', 'other', 'owner')

const project = (id: string, over: Partial<ProjectRecord> = {}): ProjectRecord => ({
  id, organizationId: 'acme', name: id, key: 'P', status: 'active', workflow: defaultWorkflow, deletedAt: null, version: 1,
  members: [
    { userId: 'ann', role: 'manager', allocationPercent: 0 }, { userId: 'bob', role: 'contributor', allocationPercent: 0 },
    { userId: 'vic', role: 'viewer', allocationPercent: 0 },
  ], ...over,
})

/** The whole task service in process: its routes on a port, a store in memory, a sidecar that remembers, and a project service that knows `p1` and `p2`. */
export const workbench = async ({ store = memoryStore() as CommitStore, now = '2026-03-02T09:00:00.000Z' } = {}) => {
  const clock = testClock(now)
  const dapr = memoryDapr()
  const projects = new Map([project('p1'), project('p2'), project('elsewhere', { organizationId: 'other' })].map(p => [p.id, p]))
  dapr.answer('project', async ({ path, query }) => {
    const found = projects.get(path.split('/').at(-1) ?? '')
    return found && found.organizationId === query?.['organizationId']
      ? { status: 200, headers: {}, body: found }
      : { status: 404, headers: {}, body: { type: 'urn:x', title: 'Not found', status: 404, detail: 'no project', code: 'project-unknown', traceId: 't' } }
  })
  const deps = taskDeps({ db: store, dapr, clock, logger: silentLogger })
  const changes = taskChanges(deps)
  const overdue = overdueJobs(deps)
  reactions(deps, changes, overdue)
  await deps.log.start()
  const server = await testServer(taskRoutes(deps, changes), { clock })
  type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  const call = (as: Actor, method: Method, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<TestAnswer> =>
    server.request(method, path, { as, headers, ...(body !== undefined && { body }) })
  const created = async (title: string, over: object = {}, as = ann): Promise<Task> =>
    taskOf(await call(as, 'POST', '/api/tasks', { projectId: 'p1', title, ...over }), 201)
  const changeProject = (over: Partial<ProjectRecord>): void => {
    const p1 = projects.get('p1')
    if (p1) projects.set('p1', { ...p1, ...over, version: p1.version + 1 })
  }
  return {
    clock, dapr, store, deps, changes, overdue, server, call, created, projects,
    setWorkflow: (workflow: Workflow): void => changeProject({ workflow }),
    /** What the project service says of `p1` from now on; the task service has not heard of it. */
    changeProject,
    events: (): { type: string; data: unknown }[] => dapr.published.flatMap(({ event }) => (isEvent(event) ? [event] : [])),
    close: async (): Promise<void> => { await server.close(); await deps.log.stop() },
  }
}
export type Workbench = Awaited<ReturnType<typeof workbench>>

const isEvent = (event: unknown): event is { type: string; data: unknown } => typeof event === 'object' && event !== null && 'type' in event && 'data' in event

export const taskOf = (answer: TestAnswer, status = 200): Task => {
  if (answer.status !== status) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
  return TaskSchema.parse(answer.body)
}
export const problemOf = (answer: TestAnswer): [number, string] => [answer.status, Problem.parse(answer.body).code]
export const contextOf = (answer: TestAnswer): Record<string, unknown> => Problem.parse(answer.body).context ?? {}
