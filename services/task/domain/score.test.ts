import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { t0 } from '../test/examples.ts'
import { score, type Scored } from './score.ts'

const plain: Scored = { category: 'open', priority: 'none', difficulty: null, estimateMinutes: null, dueAt: null, createdAt: t0 }
const alone = { blocking: 0, waitingFor: 0 }
const instant = fc.date({ min: new Date('1971-01-01'), max: new Date('2190-01-01'), noInvalidDate: true }).map(d => d.toISOString())
const anyTask = fc.record<Scored>({
  category: fc.constantFrom('open', 'active', 'review', 'done', 'cancelled'),
  priority: fc.constantFrom('none', 'low', 'medium', 'high', 'urgent'), difficulty: fc.constantFrom(null, 1, 2, 3, 5, 8, 13),
  estimateMinutes: fc.option(fc.nat(5_000_000)), dueAt: fc.option(instant), createdAt: instant,
})
const anyCounts = fc.record({ blocking: fc.nat(1000), waitingFor: fc.nat(1000) })

describe('score', () => {
  it('is 0 for a task that nothing presses', () => expect(score(plain, t0, alone)).toEqual({ value: 0, parts: [] }))
  it('is 0 for a closed task', () => expect(score({ ...plain, category: 'done', priority: 'urgent' }, t0, alone).value).toBe(0))
  it('rises with the due date coming near, and further once it has passed', () => {
    const at = (dueAt: string) => score({ ...plain, dueAt }, t0, alone).value
    const values = ['2026-06-01T00:00:00.000Z', '2026-03-12T00:00:00.000Z', '2026-03-04T00:00:00.000Z', '2026-03-02T10:00:00.000Z', '2026-02-20T00:00:00.000Z'].map(at)
    expect(values).toEqual(values.toSorted((a, b) => a - b))
    expect(new Set(values).size).toBe(5)
  })
  it('is halved while the task waits for another', () => {
    const free = score({ ...plain, priority: 'urgent' }, t0, alone).value
    expect(score({ ...plain, priority: 'urgent' }, t0, { blocking: 0, waitingFor: 2 }).value).toBe(Math.floor(free / 2))
  })
  it.each([[1, 'one minute'], [29, '29 minutes'], [60, 'one hour'], [89, 'one hour'], [90, '2 hours']])('says of %i minutes: %s', (estimateMinutes, said) => {
    // Less than half an hour gives no points, and is not spoken of.
    const { parts } = score({ ...plain, estimateMinutes }, t0, alone)
    expect(parts.map(part => part.why)).toEqual(estimateMinutes < 30 ? [] : [`It is estimated at ${said}: the longer, the earlier to begin.`])
  })
  it('lies within 0 and 100 and is the sum of its parts', () => fc.assert(fc.property(anyTask, instant, anyCounts, (task, now, counts) => {
    const { value, parts } = score(task, now, counts)
    expect(value).toBeGreaterThanOrEqual(0)
    expect(value).toBeLessThanOrEqual(100)
    expect(value).toBe(parts.reduce((sum, part) => sum + part.points, 0))
  })))
  it('does not fall when more tasks wait for it', () => fc.assert(fc.property(anyTask, instant, fc.nat(20), (task, now, blocking) => {
    expect(score(task, now, { blocking: blocking + 1, waitingFor: 0 }).value).toBeGreaterThanOrEqual(score(task, now, { blocking, waitingFor: 0 }).value)
  })))
})
