import { describe, expect, it } from 'vitest'
import { fields } from '../test/examples.ts'
import { checkedRule, demandNext, shifted } from './recurrence.ts'

describe('checkedRule', () => {
  it.each([
    'FREQ=DAILY', 'rrule:freq=weekly;byday=mo,we', 'FREQ=MONTHLY;BYDAY=2TU', 'INTERVAL=2;FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
    'FREQ=DAILY;UNTIL=20270101T000000Z', 'FREQ=MONTHLY;INTERVAL=3;BYMONTH=2,5,8,11',
  ])('takes %s', rule => expect(checkedRule(rule)).toMatch(/^[A-Z]/))
  it.each([
    '', 'daily', 'FREQ=SECONDLY', 'FREQ=NEVER', 'FREQ=DAILY;FREQ', 'FREQ=DAILY;INTERVAL=x', 'FREQ=DAILY\nDTSTART:19700101',
    'BYDAY=MO', '{"$ne":null}', 'FREQ=YEARLY;BYMONTH=13',
  ])('refuses %j', rule => {
    expect(() => checkedRule(rule)).toThrow(expect.objectContaining({ code: 'bad-recurrence' }))
  })
})

describe('demandNext', () => {
  const check = (recurrence: string, dueAt: string, timezone?: string) => (): void =>
    demandNext({ ...fields, recurrence, dueAt, ...(timezone !== undefined && { timezone }) }, dueAt)
  it.each([
    ['a month that the interval passes over', 'FREQ=MONTHLY;INTERVAL=3;BYMONTH=1,4,7,10', '2026-02-10T09:00:00.000Z'],
    ['years that are never leap years', 'FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29', '2027-02-10T09:00:00.000Z'],
    ['a day that is in no year', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '2026-02-10T09:00:00.000Z'],
    ['a date beyond those of tasks', 'FREQ=YEARLY', '2199-12-31T09:00:00.000Z'],
    ['a year of five digits', 'FREQ=YEARLY;INTERVAL=9999', '2026-02-10T09:00:00.000Z'],
  ])('refuses what never comes: %s', (_, rule, dueAt) => expect(check(rule, dueAt)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'bad-recurrence' })))
  it.each([
    ['FREQ=MONTHLY;INTERVAL=3;BYMONTH=1,4,7,10', '2026-01-10T09:00:00.000Z'],
    [checkedRule('FREQ=DAILY;UNTIL=99991231T235959Z'), '2026-01-10T09:00:00.000Z'],
    ['FREQ=WEEKLY;COUNT=1', '2026-01-10T09:00:00.000Z'], ['FREQ=DAILY;UNTIL=20260110', '2026-01-10T09:00:00.000Z'],
  ])('takes %s, the last of a series too', (rule, dueAt) => expect(check(rule, dueAt)).not.toThrow())
  it('looks from the day of the zone', () => {
    // The first of February in UTC is still January in New York, from where every third month is one of the rule's.
    expect(check('FREQ=MONTHLY;INTERVAL=3;BYMONTH=1,4,7,10;BYMONTHDAY=15', '2026-02-01T02:00:00.000Z', 'America/New_York')).not.toThrow()
    expect(check('FREQ=MONTHLY;INTERVAL=3;BYMONTH=1,4,7,10;BYMONTHDAY=15', '2026-02-01T02:00:00.000Z')).toThrow()
  })
})

describe('shifted', () => {
  it('keeps the time of day of the start over a change of the clocks', () => {
    const start = shifted('2026-03-22T08:00:00.000Z', '2026-03-23T22:59:00.000Z', '2026-03-30T21:59:00.000Z', 'Europe/Berlin')
    expect(start).toBe('2026-03-29T07:00:00.000Z')
  })
  it('is not behind what it leads to in the hour that is left out', () => {
    const start = shifted('2026-03-28T01:50:00.000Z', '2026-03-28T02:10:00.000Z', '2026-03-29T01:10:00.000Z', 'Europe/Berlin')
    expect(start).toBe('2026-03-29T01:10:00.000Z')
  })
})
