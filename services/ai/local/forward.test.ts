import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { parse } from './parse.ts'

const zones = ['UTC', 'Asia/Tokyo', 'America/New_York', 'Pacific/Auckland'] as const
const wall = (time: string | null, timezone: string): string | null =>
  time && Temporal.Instant.from(time).toZonedDateTimeISO(timezone).toPlainDateTime().toString({ smallestUnit: 'minute' })
/** The start and the end of a task on the wall clock of the speaker, who says it on a Friday, the 27th of March. */
const said = (text: string, hour: string, timezone: string): (string | null)[] => {
  const at = Temporal.PlainDateTime.from(`2026-03-27T${hour}`).toZonedDateTime(timezone).toInstant().toString()
  const { startAt, dueAt } = parse(text, { at, timezone, projectId: 'p1', people: [], userId: 'u-ann' }).task
  return [wall(startAt, timezone), wall(dueAt, timezone)]
}

const today = '2026-03-27T23:59'
const wholeDay: readonly (readonly [text: string, start: string | null, due: string])[] = [
  ['Send the report by 27 March', null, today], ['Send the report on 27 March', null, today], ['Send the report by 3/27', null, today],
  ['Send the report by 27.3.', null, today], ['Send the report by Friday', null, today], ['Send the report by Thursday', null, '2026-04-02T23:59'],
  ['Send the report by 26 March', null, '2027-03-26T23:59'], ['Send the report by 28 March', null, '2026-03-28T23:59'],
  ['Vacation from 27 March to 3 April', '2026-03-27T00:00', '2026-04-03T23:59'],
  ['Report every week starting 27 March', '2026-03-27T00:00', today],
]
const oClock: readonly (readonly [text: string, at9: string, at15: string])[] = [
  ['Call Bo on Friday at 11:30', '2026-03-27T11:30', '2026-04-03T11:30'], ['Call Bo on 27 March at 11:30', '2026-03-27T11:30', '2027-03-27T11:30'],
  ['Call Bo at 11:30', '2026-03-27T11:30', '2026-03-28T11:30'], ['Call Bo on Friday at 4pm', '2026-03-27T16:00', '2026-03-27T16:00'],
]

describe.each(zones)('in %s', zone => {
  it.each(wholeDay)('a day is over when the next one begins: %s', (text, ...expected) =>
    expect([said(text, '09:00', zone), said(text, '15:00', zone), said(text, '23:30', zone)]).toEqual([expected, expected, expected]))
  it.each(oClock)('a time of day is over when it has passed: %s', (text, at9, at15) =>
    expect([said(text, '09:00', zone)[1], said(text, '15:00', zone)[1]]).toEqual([at9, at15]))
})
it('an hour of another time zone is over when it has passed there', () => expect([
  said('Call Bo on Friday at 11:30 EST', '15:00', 'UTC')[1], said('Call Bo on Friday at 11:30 EST', '17:00', 'UTC')[1],
]).toEqual(['2026-03-27T16:30', '2026-04-03T16:30']))
it('hours of the night that have passed are those of the next one', () =>
  expect(said('Watch from 0:30 to 2:00', '09:00', 'UTC')).toEqual(['2026-03-28T00:30', '2026-03-28T02:00']))
