import { notificationApi } from '../../shared/contracts/notification/http.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { testClock } from '../../shared/kit/clock.ts'
import type { Actor } from '../../shared/kit/http/call.ts'
import { testServer } from '../../shared/kit/http/test-server.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { audience, insidersOf } from '../inbox/audience.ts'
import { deliver } from '../inbox/deliver.ts'
import type { HeardEvent } from '../inbox/events.ts'
import { hiddenProjects } from '../inbox/hidden-projects.ts'
import { inbox } from '../inbox/inbox.ts'
import { rememberedFacts } from '../inbox/known.ts'
import { preferencesStore } from '../inbox/preferences-store.ts'
import { outbox } from '../mail/outbox.ts'
import { erase } from '../inbox/remove.ts'
import { routes } from '../routes.ts'
import { memoryTables, type NotificationRow } from '../store/rows.ts'

export const person = (userId: string, organizationId = 'o1'): Actor => ({ userId, organizationId, role: 'member', sessionId: 's1' })
/** A task as it is created, but for whose it is. */
export const fresh = { status: 'todo', priority: 'none' as const, difficulty: null, labels: [], startAt: null, dueAt: null, estimateMinutes: null, parentId: null }

/** The notification service in memory, beside projects that `everybody` sees; `away`: nobody can say who sees them. `n` counts events. */
export const inboxBench = async () => {
  const state = { away: false, n: 0, everybody: ['ann', 'bob', 'cy', 'fay', 'gus', 'hal', 'jan', 'kim-27', 'kim-28', 'max'] }
  const tables = memoryTables()
  const [shown, pushed] = [new Array<NotificationRow>(), new Array<string>()]
  const preferences = preferencesStore(tables)
  const hidden = hiddenProjects(tables)
  const mails = outbox({ mails: tables.mails, queue: { add: async () => {}, size: async () => 0 }, clock: testClock(), logger: silentLogger })
  const projects = { getProject: async ({ params }: { params: { id: string } }) => {
    if (state.away) throw new Refused('unavailable', 'project-unavailable')
    if (!/^p[1-4]$/.test(params.id)) throw new Refused('missing', 'project-unknown')
    const members = state.everybody.map(userId => ({ userId, role: 'viewer' as const, allocationPercent: 0 }))
    const workflow = { statuses: [], transitions: [], initial: 'todo' }
    return { id: params.id, organizationId: 'o1', name: 'Apollo', key: 'AP', status: 'active' as const, workflow, members, deletedAt: null, version: 1 }
  } }
  const users = { names: async ({ body }: { body: { ids: string[] } }) => ({
    users: body.ids.map(id => ({ id, name: id, avatarUrl: null, disabled: false, role: id === 'ada' ? 'admin' as const : 'guest' as const })),
  }) }
  const tell = deliver({
    tables, known: rememberedFacts(tables), audience: audience(insidersOf({ members: tables.members, projects, users })),
    preferencesOf: preferences.of, hidden, push: ids => { pushed.push(...ids) }, show: rows => { shown.push(...rows) },
    erase: someone => erase(tables, preferences, someone),
  })

  const server = await testServer(routes({ inbox: inbox(tables), preferences, tables, hidden, outbox: mails, projects }))

  const task = (assigneeId: string, change: { projectId?: string; organizationId?: string; actor?: string } = {}): HeardEvent => ({
    id: `o1/task/t${++state.n}:1#0`, subject: `t${state.n}`, version: 1, organizationId: change.organizationId ?? 'o1', actor: change.actor ?? 'bob',
    at: new Date(Date.UTC(2026, 2, 2, 9, 0, state.n)).toISOString(), type: 'TaskCreated',
    data: { taskId: `t${state.n}`, projectId: change.projectId ?? 'p1', title: `Task ${state.n}`, assigneeId, reporterId: 'bob', ...fresh, mentions: [] },
  })
  const as = (actor: Actor) => server.client(notificationApi, { as: actor })
  return { state, tables, mails, shown, pushed, tell, server, task, as, close: () => server.close() }
}
