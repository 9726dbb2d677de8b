import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { DEAD_AFTER_MS } from '../../services/shared/kit/events/log/open-log.ts'
import { connectMongo } from '../../services/shared/kit/mongo/connect.ts'
import { inTurns, measure } from '../measure.ts'
import { median } from '../statistics.ts'
import { CHAIN, fillTasks, startTaskService } from '../task-service.ts'
import type { World } from '../world.ts'

const CALLS = 30
const MOST_IN_A_PROJECT = 100_000
const kinds = ['create', 'get', 'list', 'history', 'cycle'] as const
type Kind = (typeof kinds)[number]
const WithId = z.object({ id: z.string() })

/** A task service with so many tasks, and its operations one call at a time. Milliseconds, median of some calls. */
const sized = async (world: World, count: number) => {
  const db = await connectMongo((await world.skeleton()).store, `growth_${count}_${randomUUID().slice(0, 6)}`)
  const projects = Array.from({ length: Math.ceil(count / MOST_IN_A_PROJECT) }, () => randomUUID())
  const [projectId = ''] = projects
  const began = performance.now()
  const ids = await fillTasks(db, projects, count, world.say)
  world.say(`${count} tasks, ${((performance.now() - began) / 1000).toFixed(1)} s`)
  const { call, close } = await startTaskService(db)
  const demand = async (status: number, ...[method, path, body]: Parameters<typeof call>): Promise<unknown> => {
    const answer = await call(method, path, body)
    if (answer.status !== status) throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const some = (n: number): string => ids[(n * 7919) % Math.min(ids.length, MOST_IN_A_PROJECT)] ?? ''
  const { id: long } = WithId.parse(await demand(201, 'POST', '/api/tasks', { projectId, title: 'With a history' }))
  for (let i = 0; i < 10; i++) await demand(200, 'PUT', `/api/tasks/${long}`, { title: `Version ${i}` })
  const firstList = performance.now()
  await demand(200, 'GET', `/api/tasks?projectId=${projectId}&limit=50`)
  const coldListMs = performance.now() - firstList
  const work: Record<Kind, (n: number) => Promise<unknown>> = {
    create: n => demand(201, 'POST', '/api/tasks', { projectId, title: `New ${n}` }),
    get: n => demand(200, 'GET', `/api/tasks/${some(n)}`),
    list: () => demand(200, 'GET', `/api/tasks?projectId=${projectId}&limit=50`),
    history: () => demand(200, 'GET', `/api/tasks/${long}/history`),
    // The last of a chain would wait for its first: a hundred tasks are looked at, and it is refused.
    cycle: () => demand(409, 'POST', `/api/tasks/${ids[CHAIN - 1]}/dependencies`, { blockedBy: ids[0] }),
  }
  let n = 0
  return {
    coldListMs,
    cost: async (kind: Kind): Promise<number> => {
      const samples: number[] = []
      for (let i = 0; i < CALLS; i++) {
        const start = performance.now()
        await work[kind](n++)
        samples.push(performance.now() - start)
      }
      return median(samples)
    },
    close: async (): Promise<void> => {
      await close()
      await db.dropDatabase()
      await db.close()
    },
  }
}

const spec = (what: string, goal: { ratioAtMost?: number }) => ({
  title: `${what} with 100,000 tasks there (one call at a time, p50)`, unit: 'ms',
  control: 'with 1,000 tasks there', goal, better: 'less',
}) as const

export const growth = measure({
  name: 'growth', title: 'Cost as work grows, in the task service and its store',
  estimate: ({ rounds, long }) => 80 + (rounds + 1) * 3 * kinds.length * CALLS * 0.005 + (long ? 600 : 0),
  figures: {
    create: spec('create', { ratioAtMost: 1.2 }),
    get: spec('get', { ratioAtMost: 1.2 }),
    list: spec('list of 50', { ratioAtMost: 1.2 }),
    history: spec('history of 11 versions', { ratioAtMost: 1.2 }),
    cycle: spec('check of a cycle of 100', { ratioAtMost: 1.2 }),
  },
  run: async world => {
    const sizes = [1_000, 10_000, 100_000, ...(world.plan.long ? [1_000_000] : [])]
    const services: { size: number; service: Awaited<ReturnType<typeof sized>> }[] = []
    for (const size of sizes) services.push({ size, service: await sized(world, size) })
    const costs = async (service: Awaited<ReturnType<typeof sized>>): Promise<Record<Kind, number>> => ({
      create: await service.cost('create'), get: await service.cost('get'), list: await service.cost('list'),
      history: await service.cost('history'), cycle: await service.cost('cycle'),
    })
    for (const { service } of services) await costs(service)
    // Whoever filled a store counts as another replica so long, and each list would first read what that one wrote.
    await sleep(DEAD_AFTER_MS + 5_000)
    for (const { service } of services) await service.cost('list')
    const turns = await inTurns(world.plan.rounds, Object.fromEntries(services.map(({ size, service }) => [String(size), () => costs(service)])), world.say)
    for (const { service } of services) await service.close()
    const of = (size: number, kind: Kind): number[] => turns(String(size)).map(c => c[kind])
    const coldLists = services.map(({ size, service }) => `${size.toLocaleString('en')}: ${service.coldListMs.toFixed(0)} ms`).join(', ')
    const all = (kind: Kind) => ({
      ours: of(100_000, kind), control: of(1_000, kind),
      beside: {
        ...Object.fromEntries(sizes.map(size => [`p50 with ${size.toLocaleString('en')}`, `${median(of(size, kind)).toFixed(2)} ms`])),
        ...(kind === 'list' && { 'first list of a project, read from the store': coldLists }),
      },
    })
    return {
      figures: { create: all('create'), get: all('get'), list: all('list'), history: all('history'), cycle: all('cycle') },
      charts: [{
        name: 'growth', title: 'Cost of one call as work grows (p50)', x: 'tasks there', y: 'ms', logX: true,
        series: kinds.map(kind => ({ name: kind, points: sizes.map((size): [number, number] => [size, median(of(size, kind))]) })),
      }],
      raw: Object.fromEntries(sizes.map(size => [size, turns(String(size))])),
    }
  },
})
