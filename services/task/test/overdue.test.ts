import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { watchDueDates } from '../overdue.ts'
import { projectConsumer } from '../subscriptions.ts'
import { ann, workbench, type Workbench } from './bench.ts'

let bench: Workbench
beforeEach(async () => { bench = await workbench() })
afterEach(() => bench.close())
const settled = async (): Promise<string[]> => { await bench.deps.log.settled(); return bench.events().map(e => e.type) }

describe('overdue', () => {
  const jobs = () => [...bench.dapr.scheduled.entries()]
  const fire = async (): Promise<void> => { for (const [, { data }] of jobs()) await bench.overdue.run(data) }
  const overdue = async (): Promise<number> => (await settled()).filter(type => type === 'TaskOverdue').length

  it('has one job for a due date, says it once, and again for a new date', async () => {
    const due = { dueAt: '2026-03-02T10:00:00Z' }
    const { id } = await bench.created('due', due)
    await bench.created('due too', due)
    await settled()
    expect(jobs()).toHaveLength(1)
    bench.clock.advance(3_602_000)
    await fire()
    await fire()
    expect(await overdue()).toBe(2)
    await bench.call(ann, 'PUT', `/api/tasks/${id}`, { dueAt: '2026-03-03T10:00:00Z' })
    await settled()
    expect(jobs()).toHaveLength(2)
    bench.clock.advance(86_400_000)
    await fire()
    expect(await overdue()).toBe(3)
  })
  it('says nothing of what was put off, completed or deleted', async () => {
    const due = { dueAt: '2026-03-02T10:00:00Z' }
    const [later, done, gone] = [await bench.created('later', due), await bench.created('done', due), await bench.created('gone', due)]
    await bench.call(ann, 'PUT', `/api/tasks/${later.id}`, { dueAt: null })
    await bench.call(ann, 'PATCH', `/api/tasks/${done.id}/status`, { status: 'cancelled' })
    await bench.call(ann, 'DELETE', `/api/tasks/${gone.id}`)
    bench.clock.advance(3_602_000)
    await fire()
    expect(await overdue()).toBe(0)
  })
  it('finds lost jobs again', async () => {
    await bench.created('due', { dueAt: '2026-03-02T10:00:00Z' })
    await settled()
    bench.dapr.scheduled.clear()
    const again = await workbench({ store: bench.store, now: bench.clock.now() })
    await again.overdue.recover()
    expect(again.dapr.scheduled.size).toBe(1)
    await again.close()
  })
  it('finds jobs again that were lost while it goes on', async () => {
    await bench.created('due', { dueAt: '2026-03-02T10:00:00Z' })
    await settled()
    bench.dapr.scheduled.clear()
    await bench.overdue.recover()
    expect(bench.dapr.scheduled.size).toBe(1)
  })
  it('keeps no commit waiting while the scheduler is away, and makes the job when it is back', async () => {
    const { schedule } = bench.dapr.jobs
    bench.dapr.jobs.schedule = async () => { throw new Error('the scheduler is away') }
    await bench.created('due', { dueAt: '2026-03-02T10:00:00Z' })
    await settled()
    expect([bench.deps.log.gauges().unfinished, jobs()]).toEqual([0, []])
    bench.dapr.jobs.schedule = schedule
    await expect.poll(jobs).toHaveLength(1)
  })
  it('lets a hundred commits be done at once while the scheduler hangs, and makes their jobs when it answers', async () => {
    const { schedule } = bench.dapr.jobs
    const answers = Promise.withResolvers<void>()
    let asked = 0
    bench.dapr.jobs.schedule = async (name, spec) => { asked++; await answers.promise; return schedule(name, spec) }
    await Promise.all(Array.from({ length: 100 }, (_, i) => bench.created('due', { dueAt: new Date(Date.parse('2026-03-02T10:00:00Z') + i % 50 * 1000).toISOString() })))
    await settled()
    expect([bench.deps.log.gauges().unfinished, asked]).toEqual([0, expect.toSatisfy((n: number) => n >= 1 && n <= 4)])
    answers.resolve()
    await expect.poll(jobs).toHaveLength(50)
  })
  it('says nothing of tasks in an archived project before it is open again', async () => {
    await bench.created('due', { dueAt: '2026-03-02T10:00:00Z' })
    await settled()
    const p1 = bench.projects.get('p1')
    const isNow = async (version: number, status: 'archived' | 'active'): Promise<void> => {
      if (p1) bench.projects.set('p1', { ...p1, version, status })
      await bench.deps.projects.follow('acme', 'p1', version)
    }
    await isNow(2, 'archived')
    bench.clock.advance(3_602_000)
    await fire()
    await bench.overdue.recover()
    expect(await overdue()).toBe(0)
    if (p1) bench.projects.set('p1', { ...p1, version: 3, status: 'active' })
    const events = projectConsumer(bench.deps, bench.overdue, { db: bench.store, dapr: bench.dapr, clock: bench.clock, logger: silentLogger })
    await events.deliver({
      specversion: '1.0', id: 'acme/project/p1:3#0', source: 'project', type: 'ProjectUpdated', subject: 'p1', time: bench.clock.now(),
      data: { projectId: 'p1', changes: { status: { before: 'archived', after: 'active' } } }, dataversion: 1, organizationid: 'acme',
      partition: 0, position: 0, previous: -1, aggregateversion: 3, actor: 'ann', correlationid: 'x',
    }, 'project-events')
    await expect.poll(overdue).toBe(1)
  })
  it('finds a lost job of a later day when that day comes', async () => {
    await bench.created('later', { dueAt: '2026-06-20T10:00:00Z' })
    await settled()
    const scheduledAt = async (now: string): Promise<number> => {
      const again = await workbench({ store: bench.store, now })
      await again.overdue.recover()
      await again.close()
      return again.dapr.scheduled.size
    }
    expect([await scheduledAt('2026-06-10T10:00:00.000Z'), await scheduledAt('2026-06-19T10:00:00.000Z')]).toEqual([0, 1])
  })
  describe('while the scheduler is away', () => {
    const away = async (): Promise<void> => { throw new Error('the scheduler is away') }
    afterEach(() => { vi.useRealTimers() })

    it('is said all the same', async () => {
      await bench.created('due', { dueAt: '2026-03-02T10:00:00Z' })
      await settled()
      bench.clock.advance(3_602_000)
      bench.dapr.jobs.schedule = away
      await watchDueDates(bench.overdue, { dapr: bench.dapr, logger: silentLogger })
      expect(await overdue()).toBe(1)
    })
    it('is looked for once an hour, and the job of every day is tried again sooner, until it is taken', async () => {
      vi.useFakeTimers()
      const { schedule } = bench.dapr.jobs
      bench.dapr.jobs.schedule = away
      let looks = 0
      await watchDueDates({ recover: async () => { looks++ } }, { dapr: bench.dapr, logger: silentLogger })
      await vi.advanceTimersByTimeAsync(60_000)
      bench.dapr.jobs.schedule = schedule
      await vi.advanceTimersByTimeAsync(15_000)
      expect([looks, jobs().map(([name]) => name)]).toEqual([1, ['due-dates-daily']])
      await vi.advanceTimersByTimeAsync(3_600_000)
      expect(looks).toBe(2)
    })
  })
})
