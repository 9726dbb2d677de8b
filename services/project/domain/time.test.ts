import { describe, expect, it } from 'vitest'
import { spec } from '../../shared/kit/spec.ts'
import { allocationOf, mondayOf, mondaysBetween } from './allocation.ts'
import { cycleIn } from './cycle.ts'
import { seedTasks } from './seed-tasks.ts'
import { timeEntryDecider, type TimeEntryEvent } from './time-entry.ts'
import { timeReport } from './time-report.ts'
import { timerDecider, type TimerEvent } from './timer.ts'

const worked = { projectId: 'p1', taskId: 't1', userId: 'u1', minutes: 30, startedAt: '2026-03-02T09:00:00Z', note: '' }
const logged: TimeEntryEvent = { type: 'TimeLogged', ...worked, at: '2026-03-02T10:00:00Z' }
const entry = spec(timeEntryDecider)
describe('a time entry', () => {
  it('is logged, once', () => {
    entry().when({ type: 'LogTime', worked, at: logged.at }).thenEvents([logged])
    entry(logged).when({ type: 'LogTime', worked, at: 'later' }).thenEvents([])
  })
  it('is refused for work to come', () => entry().when({ type: 'LogTime', worked, at: '2026-03-02T08:00:00Z' }).thenRefused('time-in-future'))
  it('is removed, once, within its own project', () => {
    entry(logged).when({ type: 'RemoveTime', projectId: 'p1', at: 'T' }).thenEvents([{ type: 'TimeRemoved', at: 'T' }])
    entry(logged, { type: 'TimeRemoved', at: 'T' }).when({ type: 'RemoveTime', projectId: 'p1', at: 'T' }).thenEvents([])
    entry(logged).when({ type: 'RemoveTime', projectId: 'p2', at: 'T' }).thenRefused('entry-unknown')
    entry().when({ type: 'RemoveTime', projectId: 'p1', at: 'T' }).thenRefused('entry-unknown')
  })
})

const timer = spec(timerDecider)
const running = { entryId: 'e1', projectId: 'p1', taskId: null, note: '', startedAt: '2026-03-02T09:00:00.000Z' }
const started: TimerEvent = { type: 'TimerStarted', ...running }
describe('a timer', () => {
  it('runs once per person', () => {
    const start = { type: 'StartTimer', entryId: 'e1', projectId: 'p1', taskId: null, note: '', at: running.startedAt } as const
    timer().when(start).thenEvents([started])
    timer(started).when(start).thenRefused('timer-running')
  })
  it('counts begun minutes', () => {
    const at = '2026-03-02T09:10:01.000Z'
    timer(started).when({ type: 'StopTimer', at }).thenEvents([{ type: 'TimerStopped', ...running, minutes: 11, at }])
  })
  it('that does not run cannot stop', () => timer().when({ type: 'StopTimer', at: 'T' }).thenRefused('timer-not-running'))
  it('is discarded when its owner leaves', () => {
    timer(started).when({ type: 'DiscardTimer', at: 'T' }).thenEvents([{ type: 'TimerDiscarded', entryId: 'e1', at: 'T' }])
    timer().when({ type: 'DiscardTimer', at: 'T' }).thenEvents([])
  })
})

describe('a time report', () => {
  const entries = [worked, { ...worked, userId: 'u2', minutes: 60 }, { ...worked, taskId: null, minutes: 15, startedAt: '2026-03-01T23:59:00Z' }]
  it.each([
    ['user', [['u2', 60], ['u1', 45]]],
    ['task', [['t1', 90], [null, 15]]],
    ['day', [['2026-03-01', 15], ['2026-03-02', 90]]],
  ] as const)('by %s adds up', (groupBy, expected) => {
    const report = timeReport(entries, groupBy)
    expect(report.rows.map(r => [r.key, r.minutes])).toEqual(expected)
    expect(report.rows.reduce((sum, r) => sum + r.minutes, 0)).toBe(report.totalMinutes)
  })
})

describe('allocation', () => {
  const member = (userId: string, allocationPercent: number) => ({ userId, allocationPercent })
  const projects = [
    { id: 'p1', startAt: null, dueAt: null, members: [member('u1', 60), member('u2', 0)] },
    { id: 'p2', startAt: '2026-03-09T00:00:00Z', dueAt: '2026-03-10T00:00:00Z', members: [member('u1', 50)] },
  ]
  const weeks = allocationOf({ projects, booked: [{ userId: 'u1', startedAt: '2026-03-08T23:00:00Z', minutes: 90 }], from: '2026-03-02', to: '2026-03-22', capacityMinutes: 2400 })
  it('knows weeks from Monday to Sunday', () => {
    expect([mondayOf('2026-03-01T23:59:59Z'), mondayOf('2026-03-02T00:00:00Z'), mondayOf('1970-01-01T00:00:00Z')]).toEqual(['2026-02-23', '2026-03-02', '1969-12-29'])
    expect(mondaysBetween('2026-03-08', '2026-03-09')).toEqual(['2026-03-02', '2026-03-09'])
  })
  it('adds up what projects claim in each week', () => {
    const claimed = weeks[0]?.weeks.map(w => [w.week, w.allocatedPercent, w.overAllocated])
    expect(claimed).toEqual([['2026-03-02', 60, false], ['2026-03-09', 110, true], ['2026-03-16', 60, false]])
  })
  it('calls nobody over-allocated who is claimed exactly whole', () => {
    const whole = (...percents: number[]) => {
      const claims = percents.map((percent, i) => ({ id: `p${i}`, startAt: null, dueAt: null, members: [member('u1', percent)] }))
      return allocationOf({ projects: claims, booked: [], from: '2026-03-02', to: '2026-03-02', capacityMinutes: 2400 })[0]?.weeks[0]
    }
    const exact = [[14.3, 14.3, 14.3, 14.3, 14.3, 14.3, 14.2], [16.7, 16.7, 16.6, 16.7, 16.7, 16.6], [33.35, 33.35, 33.3]]
    for (const percents of exact) expect(whole(...percents)).toMatchObject({ allocatedPercent: 100, overAllocated: false })
    expect(whole(50, 50.01)).toMatchObject({ allocatedPercent: 100.01, overAllocated: true })
  })
  it('puts work into the week in which it began', () => expect(weeks[0]?.weeks.map(w => w.bookedMinutes)).toEqual([90, 0, 0]))
  it('shows who has nothing to do', () => expect(weeks[1]).toMatchObject({ userId: 'u2', weeks: [{ allocatedMinutes: 0, projects: [] }, {}, {}] }))
})

describe('a template’s tasks', () => {
  const common = { title: 'B', description: '', priority: 'none' as const, difficulty: null, labels: [], estimateMinutes: null }
  const task = { ...common, key: 'b', startDay: 1, dueDay: null, blockedBy: ['a'] }
  it('get dates, ids and blockers of their own', () =>
    expect(seedTasks([task], '2026-03-02T00:00:00.000Z', key => `id-${key}`))
      .toEqual([{ ...common, id: 'id-b', startAt: '2026-03-03T00:00:00.000Z', dueAt: null, blockedBy: ['id-a'] }]))
  it('wait for nothing in a circle', () => {
    expect(cycleIn(new Map([['a', ['b']], ['b', ['c']], ['c', ['b']]]))).toEqual(['b', 'c', 'b'])
    expect(cycleIn(new Map([['a', ['a']]]))).toEqual(['a', 'a'])
    expect(cycleIn(new Map([['a', ['b', 'c']], ['b', ['c']], ['c', []]]))).toBeUndefined()
    expect(cycleIn(new Map(Array.from({ length: 20_000 }, (_, i) => [String(i), [String(i + 1)]])))).toBeUndefined()
  })
})
