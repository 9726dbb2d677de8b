import { describe, expect, it } from 'vitest'
import { processorTime } from '../../shared/test/processor-time.ts'
import { nextOccurrence } from './occurrences.ts'

const next = (rule: string, start: string, after = start, zone = 'UTC'): string | undefined => nextOccurrence(rule, start, after, zone)?.at
/** The dates of a series whose tasks are completed on their day, and the rule that the last one carries. */
const series = (rule: string, start: string, length: number, zone = 'UTC', completed = start) => {
  const dates: string[] = []
  let task: { at: string; rule: string } | undefined = { at: start, rule }
  for (let done = completed; dates.length < length; done = task.at) {
    task = nextOccurrence(task.rule, task.at, done, zone)
    if (!task) break
    dates.push(task.at)
  }
  return { dates, rule: task?.rule }
}

describe('the next occurrence', () => {
  it('follows the rule from its start', () => expect(next('FREQ=WEEKLY;BYDAY=MO', '2026-03-02T09:00:00.000Z')).toBe('2026-03-09T09:00:00.000Z'))
  it('skips what has passed', () => expect(next('FREQ=DAILY', '2026-03-02T09:00:00.000Z', '2026-03-05T12:00:00.000Z')).toBe('2026-03-06T09:00:00.000Z'))
  it.each([
    ['America/New_York', '2026-03-24T03:59:00.000Z', '2026-03-31T03:59:00.000Z'],
    ['Europe/Berlin', '2026-03-23T22:59:00.000Z', '2026-03-30T21:59:00.000Z'],
  ])('keeps to the Mondays of %s, and to their last minute over a change of the clocks', (zone, due, after) =>
    expect(next('FREQ=WEEKLY;BYDAY=MO', due, due, zone)).toBe(after))
  it('comes no later than an UNTIL that is an instant, whatever the clock of the zone shows then', () => {
    const at = (until: string) => next(`FREQ=DAILY;UNTIL=${until}`, '2026-03-02T01:00:00.000Z', undefined, 'America/New_York')
    expect([at('20260303T005959Z'), at('20260303T010000Z')]).toEqual([undefined, '2026-03-03T01:00:00.000Z'])
  })
  it('comes before an UNTIL at the end of all years', () =>
    expect(next('FREQ=DAILY;UNTIL=99991231T235959Z', '2026-03-02T09:00:00.000Z')).toBe('2026-03-03T09:00:00.000Z'))
  it('comes on the whole of the day that an UNTIL names', () => {
    const at = (until: string) => next(`FREQ=DAILY;UNTIL=${until}`, '2026-03-02T01:00:00.000Z', undefined, 'America/New_York')
    expect([at('20260301'), at('20260302')]).toEqual([undefined, '2026-03-03T01:00:00.000Z'])
  })
})

describe('a time of day that a change of the clocks leaves out', () => {
  it.each([
    ['weekly in Cairo', 'FREQ=WEEKLY', 'Africa/Cairo', '2026-04-16T22:00:00.000Z', ['2026-04-23T22:00:00.000Z', '2026-04-30T21:00:00.000Z', '2026-05-07T21:00:00.000Z']],
    ['monthly in New York', 'FREQ=MONTHLY', 'America/New_York', '2026-02-08T07:30:00.000Z', ['2026-03-08T07:30:00.000Z', '2026-04-08T06:30:00.000Z', '2026-05-08T06:30:00.000Z']],
    ['weekly in Berlin', 'FREQ=WEEKLY;BYDAY=SU', 'Europe/Berlin', '2026-03-22T01:30:00.000Z', ['2026-03-29T01:30:00.000Z', '2026-04-05T00:30:00.000Z', '2026-04-12T00:30:00.000Z']],
    ['daily in Berlin', 'FREQ=DAILY', 'Europe/Berlin', '2026-03-28T01:30:00.000Z', ['2026-03-29T01:30:00.000Z', '2026-03-30T00:30:00.000Z', '2026-03-31T00:30:00.000Z']],
    ['hourly in Berlin', 'FREQ=HOURLY', 'Europe/Berlin', '2026-03-29T00:30:00.000Z', ['2026-03-29T01:30:00.000Z', '2026-03-29T02:30:00.000Z', '2026-03-29T03:30:00.000Z']],
  ])('comes by the offset from before, and afterwards at its own hour: %s', (_, rule, zone, start, dates) =>
    expect(series(rule, start, dates.length, zone).dates).toEqual(dates))
  it.each([
    ['FREQ=WEEKLY', 'Africa/Cairo', '2026-04-16T22:00:00.000Z', ['FREQ=WEEKLY;BYHOUR=0', 'FREQ=WEEKLY', 'FREQ=WEEKLY']],
    ['FREQ=DAILY', 'Australia/Lord_Howe', '2026-10-02T15:45:00.000Z', ['FREQ=DAILY;BYMINUTE=15', 'FREQ=DAILY']],
    ['FREQ=DAILY;BYHOUR=9', 'Europe/Berlin', '2026-03-27T08:00:00.000Z', ['FREQ=DAILY;BYHOUR=9', 'FREQ=DAILY;BYHOUR=9', 'FREQ=DAILY;BYHOUR=9']],
  ])('stands in the rule only until it comes again, and always where it stood before: %s in %s', (rule, zone, start, rules) =>
    expect(rules.map((_, i) => series(rule, start, i + 1, zone).rule)).toEqual(rules))
  it.each([
    ['FREQ=DAILY;BYHOUR=9', '2026-03-02T17:00:00.000Z'], ['FREQ=HOURLY;BYMINUTE=30', '2026-03-02T08:00:00.000Z'],
    ['FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=30', '2026-03-02T08:00:00.000Z'],
  ])('takes nothing from the rule that the user said himself, also of a task that is due at another time: %s', (rule, start) =>
    expect(nextOccurrence(rule, start, start, 'UTC')?.rule).toBe(rule))
  it('lies still ahead of whoever completes the one before in the hour that follows', () =>
    expect(next('FREQ=DAILY', '2026-03-28T01:30:00.000Z', '2026-03-29T01:20:00.000Z', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z'))
  it('is the same date of a COUNT', () =>
    expect(series('FREQ=DAILY;COUNT=4', '2026-03-28T01:30:00.000Z', 9, 'Europe/Berlin').dates).toHaveLength(3))
})
it('the hour that comes twice is had once', () => {
  const at = (after: string) => next('FREQ=DAILY', '2026-10-24T00:30:00.000Z', after, 'Europe/Berlin')
  expect(['2026-10-25T00:20:00.000Z', '2026-10-25T00:40:00.000Z', '2026-10-25T01:20:00.000Z'].map(at))
    .toEqual(['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z', '2026-10-26T01:30:00.000Z'])
  expect(next('FREQ=HOURLY', '2026-10-25T00:30:00.000Z', '2026-10-25T01:20:00.000Z', 'Europe/Berlin')).toBe('2026-10-25T02:30:00.000Z')
})

describe('COUNT', () => {
  it('counts dates, not tasks: those that nobody had a task for are gone', () => {
    const start = '2026-03-02T09:00:00.000Z'
    expect(series('FREQ=WEEKLY;COUNT=3', start, 9).dates).toEqual(['2026-03-09T09:00:00.000Z', '2026-03-16T09:00:00.000Z'])
    expect(series('FREQ=WEEKLY;COUNT=3', start, 9, 'UTC', '2026-03-10T09:00:00.000Z').dates).toEqual(['2026-03-16T09:00:00.000Z'])
    expect(nextOccurrence('FREQ=WEEKLY;COUNT=3', start, '2026-03-10T09:00:00.000Z')?.rule).toBe('FREQ=WEEKLY;COUNT=1')
    expect(next('FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3', start, '2026-03-05T09:00:00.000Z')).toBe('2026-03-09T09:00:00.000Z')
    expect(next('FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3', start, '2026-03-10T09:00:00.000Z')).toBeUndefined()
  })
  it('has its first in the start, be it a day of the rule or not, and never comes to a rule of none', () => {
    const start = '2026-03-04T09:00:00.000Z'
    expect([1, 2, 3].map(count => series(`FREQ=WEEKLY;BYDAY=MO;COUNT=${count}`, start, 9).dates.length)).toEqual([0, 1, 2])
    expect(nextOccurrence('FREQ=WEEKLY;BYDAY=MO;COUNT=2', start, start)?.rule).toBe('FREQ=WEEKLY;BYDAY=MO;COUNT=1')
    expect(next('FREQ=WEEKLY;BYDAY=MO;COUNT=0', start)).toBeUndefined()
  })
  it.each([
    ['FREQ=DAILY;COUNT=9000', 'FREQ=DAILY;COUNT=4982'], ['FREQ=DAILY;COUNT=9000;BYHOUR=9', 'FREQ=DAILY;COUNT=4982;BYHOUR=9'], ['FREQ=HOURLY;COUNT=99999', 'FREQ=HOURLY;COUNT=3567'],
  ])('goes on after eleven years: %s', (rule, rest) =>
    expect(nextOccurrence(rule, '2015-01-31T09:00:00.000Z', '2026-01-31T08:30:00.000Z')?.rule).toBe(rest))
  it('ends no series whose dates are too many to count', () =>
    expect(nextOccurrence('FREQ=DAILY;BYHOUR=9;COUNT=9000', '2010-01-31T09:00:00.000Z', '2026-01-31T08:30:00.000Z'))
      .toEqual({ at: '2026-01-31T09:00:00.000Z', rule: 'FREQ=DAILY;BYHOUR=9;COUNT=8999' }))
  it('is soon told however many dates have passed', () => {
    const told = () => next('FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=0,10,20,30,40,50;COUNT=99999', '2018-03-28T01:30:00.000Z', '2026-03-28T01:30:00.000Z')
    expect(told()).toBe('2026-03-28T01:40:00.000Z')
    expect(processorTime(told)).toBeLessThan(600)
  })
})
