import { describe, expect, it } from 'vitest'
import { checkedRule, nextOccurrence, restOf } from './recurrence.ts'

describe('checkedRule', () => {
  it.each(['FREQ=DAILY', 'rrule:freq=weekly;byday=mo,we', 'FREQ=MONTHLY;BYDAY=2TU', 'INTERVAL=2;FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29', 'FREQ=DAILY;UNTIL=20270101T000000Z'])('takes %s', rule => expect(checkedRule(rule)).toMatch(/^[A-Z]/))
  it.each(['', 'daily', 'FREQ=SECONDLY', 'FREQ=NEVER', 'FREQ=DAILY;FREQ', 'FREQ=DAILY;INTERVAL=x', 'FREQ=DAILY\nDTSTART:19700101', 'BYDAY=MO', '{"$ne":null}', 'FREQ=YEARLY;BYMONTH=13'])('refuses %j', rule => {
    expect(() => checkedRule(rule)).toThrow(expect.objectContaining({ code: 'bad-recurrence' }))
  })
  it('gives up soon on a rule that never occurs', () => {
    const began = performance.now()
    try { checkedRule('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30') } catch { /* refused is as good as accepted here: it must only end */ }
    expect(performance.now() - began).toBeLessThan(1000)
  })
})

describe('nextOccurrence', () => {
  it('follows the rule from its start', () => expect(nextOccurrence('FREQ=WEEKLY;BYDAY=MO', '2026-03-02T09:00:00.000Z', '2026-03-02T09:00:00.000Z')).toBe('2026-03-09T09:00:00.000Z'))
  it('skips what has passed', () => expect(nextOccurrence('FREQ=DAILY', '2026-03-02T09:00:00.000Z', '2026-03-05T12:00:00.000Z')).toBe('2026-03-06T09:00:00.000Z'))
  it('counts down', () => expect(restOf('FREQ=DAILY;COUNT=3')).toBe('FREQ=DAILY;COUNT=2'))
  it('ends with the rule', () => expect(nextOccurrence('FREQ=DAILY;UNTIL=20260303T000000Z', '2026-03-02T09:00:00.000Z', '2026-03-02T09:00:00.000Z')).toBeUndefined())
})
