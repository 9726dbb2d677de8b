import { defaultWorkflow } from '../services/shared/contracts/workflow.ts'
import { systemClock } from '../services/shared/kit/clock.ts'
import { byItself } from '../services/shared/kit/command.ts'
import type { Dapr } from '../services/shared/kit/dapr/dapr.ts'
import { memoryDapr } from '../services/shared/kit/dapr/memory-dapr.ts'
import { commitId, hashOf, partitionOf, type Commit } from '../services/shared/kit/events/log/commit.ts'
import type { Actor } from '../services/shared/kit/http/call.ts'
import { testServer, testToken } from '../services/shared/kit/http/test-server.ts'
import { uuidv7 } from '../services/shared/kit/ids.ts'
import type { Mongo } from '../services/shared/kit/mongo/connect.ts'
import { silentLogger } from '../services/shared/kit/observe/log.ts'
import { taskChanges } from '../services/task/commands/change-task.ts'
import { taskDeps, type TaskDeps } from '../services/task/compose.ts'
import { overdueJobs } from '../services/task/overdue.ts'
import { reactions } from '../services/task/reactions.ts'
import { taskRoutes } from '../services/task/routes.ts'

export const boss: Actor = { userId: 'boss', organizationId: 'acme', role: 'owner', sessionId: 's' }
const BATCH = 500
/** Links are chains of so many tasks. */
export const CHAIN = 100

/** A sidecar that takes every event, and knows any project. */
const lenient = (): Dapr => {
  const dapr = memoryDapr()
  dapr.answer('project', ({ path }) => ({
    status: 200, headers: {},
    body: {
      id: path.split('/').at(-1), organizationId: boss.organizationId, name: 'One', key: 'O', status: 'active',
      workflow: defaultWorkflow, deletedAt: null, version: 1, members: [{ userId: 'boss', role: 'owner', allocationPercent: 0 }],
    },
  }))
  return { ...dapr, publishBulk: async () => [] }
}
const depsOn = (db: Mongo): TaskDeps => taskDeps({ db, dapr: lenient(), clock: systemClock, logger: silentLogger })

/** The task service in this process, on a real store. */
export const startTaskService = async (db: Mongo) => {
  const deps = depsOn(db)
  const changes = taskChanges(deps)
  const overdue = overdueJobs(deps)
  reactions(deps, changes, overdue)
  await deps.log.start()
  const server = await testServer(taskRoutes(deps, changes))
  return {
    call: (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => server.request(method, path, { as: boss, ...(body !== undefined && { body }) }),
    token: testToken(boss),
    close: async (): Promise<void> => { await server.close(); await deps.log.stop() },
  }
}

/**
 * Fills a project with tasks, and the first of them with links, below the API: one task is made as the service makes it,
 * and the others are copies of its commit and of its document with ids, partitions and hashes of their own.
 * Only their positions are missing, which nobody asks for who reads a task. Answers the ids, in the order of the chains.
 */
export const fillTasks = async (db: Mongo, projects: readonly string[], count: number, say: (text: string) => void): Promise<string[]> => {
  const deps = depsOn(db)
  await deps.log.start()
  const ids: string[] = []
  const each = Math.ceil(count / projects.length)
  for (const projectId of projects) {
    const first = uuidv7()
    await taskChanges(deps).create(boss, first, { projectId, title: 'One of many' }, byItself('service:task', first, deps.clock.now()))
    await deps.log.settled()
    const commit = await deps.log.store.findCommit(commitId(`${boss.organizationId}/task/${first}`, 1))
    const document = await deps.taskView.collection.findOne({ _id: first })
    if (!commit || !document) throw new Error('the first task is not there')
    const [commitText, documentText] = [JSON.stringify(commit), JSON.stringify(document)]
    const own = [first]
    while (own.length < each) {
      const some = Array.from({ length: Math.min(BATCH, each - own.length) }, () => uuidv7())
      await Promise.all([
        deps.log.store.append(some.map((id, i) => copied(commitText, first, id, `filled:${own.length + i >> 8}`, deps.log.partitions))),
        deps.taskView.collection.put(some.map((id): typeof document => JSON.parse(documentText.replaceAll(first, id))), true),
      ])
      own.push(...some)
      if (own.length % 20_000 < BATCH) say(`${ids.length + own.length} of ${count} tasks`)
    }
    // Without the reactions of the service the tasks are not told of their links: only the graph is asked for cycles.
    const edges = own.flatMap((taskId, i) => {
      const blockerId = own[i + 1]
      return blockerId !== undefined && (i + 1) % CHAIN !== 0 ? [{ taskId, blockerId }] : []
    })
    for (let i = 0; i < edges.length; i += BATCH) {
      await deps.graphs.handle(
        boss.organizationId, projectId,
        { type: 'AddEdges', edges: edges.slice(i, i + BATCH), at: deps.clock.now() },
        byItself('service:task', uuidv7(), deps.clock.now()),
      )
    }
    ids.push(...own)
  }
  await deps.log.stop()
  return ids
}

const copied = (text: string, from: string, to: string, journal: string, partitions: number): Commit => {
  const commit: Commit = JSON.parse(text.replaceAll(from, to))
  const placed = { ...commit, journal, partition: partitionOf(commit.stream, partitions) }
  return { ...placed, hash: hashOf(placed) }
}
