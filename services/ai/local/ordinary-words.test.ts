import { describe, expect, it } from 'vitest'
import { parse, type Context } from './parse.ts'

// Thursday; in Berlin 15:00.
const context: Context = { at: '2026-03-26T14:00:00.000Z', timezone: 'Europe/Berlin', projectId: 'p1', people: [], userId: 'u-ann' }
/** The title, when it is due, and how urgent it is. */
const read = (text: string): (string | null)[] => {
  const { title, dueAt, priority } = parse(text, context).task
  return [title, dueAt, ...priority === 'none' ? [] : [priority]]
}
type Cases = readonly (readonly [text: string, title: string, dueAt: string | null, priority?: string])[]
const check = (what: string, cases: Cases): void => {
  describe(what, () => { it.each(cases.map(([text, ...expected]) => [text, expected] as const))('%s', (text, expected) => expect(read(text)).toEqual(expected)) })
}

check('a word behind a time is no time zone', [
  ['At 5pm get the kids from school', 'get the kids from school', '2026-03-26T16:00:00.000Z'],
  ['Tomorrow at 7pm eat with Bo', 'eat with Bo', '2026-03-27T18:00:00.000Z'],
  ['Friday 18:00 art class', 'art class', '2026-03-27T17:00:00.000Z'],
  ['Saturday 9am cat to the vet', 'cat to the vet', '2026-03-28T08:00:00.000Z'],
  ['Tomorrow 10:00 east wing walk', 'east wing walk', '2026-03-27T09:00:00.000Z'],
  ['Meet at 10:00 west entrance', 'Meet west entrance', '2026-03-27T09:00:00.000Z'],
  ['AT 5PM GET THE KIDS', 'GET THE KIDS', '2026-03-26T16:00:00.000Z'],
])

check('an abbreviation is one', [
  ['Call Bo tomorrow 5pm est', 'Call Bo', '2026-03-27T22:00:00.000Z'],
  ['Call Bo tomorrow 5pm utc', 'Call Bo', '2026-03-27T17:00:00.000Z'],
  ['Call Bo tomorrow 5pm PT', 'Call Bo', '2026-03-28T00:00:00.000Z'],
  ['CALL BO FRIDAY 5PM EST', 'CALL BO', '2026-03-27T22:00:00.000Z'],
])

check('an article makes no morning', [
  ['Tomorrow at 3 a call with Bo', 'at 3 a call with Bo', '2026-03-27T22:59:00.000Z'],
  ['Tomorrow at 10:30 a call with Bo', 'a call with Bo', '2026-03-27T09:30:00.000Z'],
  ['Chapter 4 a summary', 'Chapter 4 a summary', null],
  ['Print 3 p booklet', 'Print 3 p booklet', null],
  ['Call Bo tomorrow at 10 a.m.', 'Call Bo', '2026-03-27T09:00:00.000Z'],
])

check('how a thing is to work is not when it is due', [
  ...[
    'Expire sessions after 30 minutes', 'Delete logs after 30 days', 'Close stale issues after 60 days', 'Make the page load in 2 seconds',
    'Answer within 1 sec', 'Shift the timer +2 hours', 'Plan the next 2 weeks', 'Add weekday filter to the report', 'Fix weekend deploys',
    'Prepare rota for weekend deploys', 'Add an urgent flag to the form', 'Send an asap reply', 'Document the P0 to P4 scale', 'Sort P0, P1 and P2 bugs',
  ].map(text => [text, text, null] as const),
  ['Read John 3:16 by Friday', 'Read John 3:16', '2026-03-27T22:59:00.000Z'],
  ['Convert wallpapers to 16:10 by Friday', 'Convert wallpapers to 16:10', '2026-03-27T22:59:00.000Z'],
  ['Close stale issues after 60 days, by Friday', 'Close stale issues after 60 days', '2026-03-27T22:59:00.000Z'],
])

check('the same words say when, and how urgent, where nothing else is meant', [
  ['Ship in the next 2 weeks', 'Ship', '2026-04-09T21:59:00.000Z'],
  ['Ship within the next 2 weeks', 'Ship', '2026-04-09T21:59:00.000Z'],
  ['Call Bo in 5 minutes', 'Call Bo', '2026-03-26T14:05:00.000Z'],
  ['Clean the house at the weekend', 'Clean the house', '2026-03-28T22:59:00.000Z'],
  ['Clean the house this weekend', 'Clean the house', '2026-03-28T22:59:00.000Z'],
  ['Weekend: clean the house', 'clean the house', '2026-03-28T22:59:00.000Z'],
  ['Urgent: fix it', 'fix it', null, 'urgent'],
  ['Fix this asap', 'Fix this', null, 'urgent'],
  ['Fix it, p1', 'Fix it', null, 'urgent'],
])

check('what is due this month is due at its end', [
  ['Report due this week', 'Report', '2026-03-27T22:59:00.000Z'],
  ['Report due this month', 'Report', '2026-03-31T21:59:00.000Z'],
  ['Invoice due this year', 'Invoice', '2026-12-31T22:59:00.000Z'],
])
it('on a weekend this week is over on Sunday', () =>
  expect(parse('Report due this week', { ...context, at: '2026-03-29T14:00:00.000Z' }).task.dueAt).toBe('2026-03-29T21:59:00.000Z'))
it('what starts this month starts today', () => expect(parse('Migration starting this month', context).task)
  .toMatchObject({ title: 'Migration', startAt: '2026-03-25T23:00:00.000Z', dueAt: null }))
