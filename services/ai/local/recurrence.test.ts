import { describe, expect, it } from 'vitest'
import { parse } from './parse.ts'

// Thursday; in Berlin 15:00, three days before the clocks go forward.
const read = (text: string) => parse(text, { at: '2026-03-26T14:00:00.000Z', timezone: 'Europe/Berlin', projectId: 'p1', people: [], userId: 'u-ann' }).task

/** A sentence, its title, its rule, when it is first due, and when it starts. */
const cases: readonly (readonly [text: string, title: string, recurrence: string, dueAt: string, startAt?: string])[] = [
  ['Sync every two weeks', 'Sync', 'FREQ=WEEKLY;INTERVAL=2', '2026-03-26T22:59:00.000Z'],
  ['Sync once every two weeks', 'Sync', 'FREQ=WEEKLY;INTERVAL=2', '2026-03-26T22:59:00.000Z'],
  ['Sync every two weeks on Monday at 10:00', 'Sync', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO', '2026-03-30T08:00:00.000Z'],
  ['Every six months renew', 'renew', 'FREQ=MONTHLY;INTERVAL=6', '2026-03-26T22:59:00.000Z'],
  ['Back up every night at 2am', 'Back up', 'FREQ=DAILY', '2026-03-27T01:00:00.000Z'],
  ['Back up each night at 2:00', 'Back up', 'FREQ=DAILY', '2026-03-27T01:00:00.000Z'],
  ['Every morning feed the cat', 'feed the cat', 'FREQ=DAILY', '2026-03-27T05:00:00.000Z'],
  ['Gym every Monday morning', 'Gym', 'FREQ=WEEKLY;BYDAY=MO', '2026-03-30T04:00:00.000Z'],
  ['Sync on Mondays and Thursdays', 'Sync', 'FREQ=WEEKLY;BYDAY=MO,TH', '2026-03-26T22:59:00.000Z'],
  ['Sync on Mondays, Wednesdays and Fridays at 10:00', 'Sync', 'FREQ=WEEKLY;BYDAY=MO,WE,FR', '2026-03-27T09:00:00.000Z'],
  ['Sync on weekdays at 9:15', 'Sync', 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', '2026-03-27T08:15:00.000Z'],
  ['Swim Tuesdays and Thursdays at 7am', 'Swim', 'FREQ=WEEKLY;BYDAY=TU,TH', '2026-03-31T05:00:00.000Z'],
  ['Swim Tuesdays, Thursdays and Saturdays', 'Swim', 'FREQ=WEEKLY;BYDAY=TU,TH,SA', '2026-03-26T22:59:00.000Z'],
  ['Team sync Mondays at 10', 'Team sync', 'FREQ=WEEKLY;BYDAY=MO', '2026-03-30T08:00:00.000Z'],
  ['!high Swim Tuesdays', 'Swim', 'FREQ=WEEKLY;BYDAY=TU', '2026-03-31T21:59:00.000Z'],
  ['Call Bo, Mondays at 10', 'Call Bo', 'FREQ=WEEKLY;BYDAY=MO', '2026-03-30T08:00:00.000Z'],
  ['Every Monday at 10:00 read the Fridays report', 'read the Fridays report', 'FREQ=WEEKLY;BYDAY=MO', '2026-03-30T08:00:00.000Z'],
  ['Weekly CRM Report due Fridays', 'CRM Report', 'FREQ=WEEKLY;BYDAY=FR', '2026-03-27T22:59:00.000Z'],
  ['Weekly report due Fridays', 'report', 'FREQ=WEEKLY;BYDAY=FR', '2026-03-27T22:59:00.000Z'],
  ['Weekly sync with Bo Mondays at 10:00', 'sync with Bo', 'FREQ=WEEKLY;BYDAY=MO', '2026-03-30T08:00:00.000Z'],
  ['Review PRs Mondays at 10', 'Review PRs', 'FREQ=WEEKLY;BYDAY=MO', '2026-03-30T08:00:00.000Z'],
  ['Check KPIs Mondays', 'Check KPIs', 'FREQ=WEEKLY;BYDAY=MO', '2026-03-30T21:59:00.000Z'],
  ['Screen CVs Tuesdays and Thursdays', 'Screen CVs', 'FREQ=WEEKLY;BYDAY=TU,TH', '2026-03-26T22:59:00.000Z'],
  ['Bus stop Mondays', 'Bus stop', 'FREQ=WEEKLY;BYDAY=MO', '2026-03-30T21:59:00.000Z'],
  ['Parcel drop Fridays', 'Parcel drop', 'FREQ=WEEKLY;BYDAY=FR', '2026-03-27T22:59:00.000Z'],
  ['Top hat Mondays', 'Top hat', 'FREQ=WEEKLY;BYDAY=MO', '2026-03-30T21:59:00.000Z'],
  ['Call Mom on Sundays at 10:00', 'Call Mom', 'FREQ=WEEKLY;BYDAY=SU', '2026-03-29T08:00:00.000Z'],
  ['Bi-weekly sync on Mondays', 'sync', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO', '2026-03-30T21:59:00.000Z'],
  ['Weekly sync on Mondays', 'sync', 'FREQ=WEEKLY;BYDAY=MO', '2026-03-30T21:59:00.000Z'],
  ['Bi-weekly report, due on Fridays', 'report', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=FR', '2026-03-27T22:59:00.000Z'],
  ['Monthly report on the 15th', 'report', 'FREQ=MONTHLY;BYMONTHDAY=15', '2026-04-15T21:59:00.000Z'],
  ['Monthly review on the last Friday', 'review', 'FREQ=MONTHLY;BYDAY=-1FR', '2026-03-27T22:59:00.000Z'],
  ['Monthly check on the first floor', 'check on the first floor', 'FREQ=MONTHLY', '2026-03-26T22:59:00.000Z'],
  ['Pay rent on the first of every month', 'Pay rent', 'FREQ=MONTHLY;BYMONTHDAY=1', '2026-04-01T21:59:00.000Z'],
  ['Pay on the 1st and 15th of every month', 'Pay', 'FREQ=MONTHLY;BYMONTHDAY=1,15', '2026-04-01T21:59:00.000Z'],
  ['Report on the last day of every month', 'Report', 'FREQ=MONTHLY;BYMONTHDAY=-1', '2026-03-31T21:59:00.000Z'],
  ['Report at the end of every month', 'Report', 'FREQ=MONTHLY;BYMONTHDAY=-1', '2026-03-31T21:59:00.000Z'],
  ['Buy gifts every 24 December', 'Buy gifts', 'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24', '2026-12-24T22:59:00.000Z'],
  ['Pay on the 1st of every month starting in June', 'Pay', 'FREQ=MONTHLY;BYMONTHDAY=1', '2026-06-01T21:59:00.000Z', '2026-05-31T22:00:00.000Z'],
  ['Report every two weeks from 1 May to 1 July', 'Report', 'FREQ=WEEKLY;INTERVAL=2;UNTIL=20260701T215900Z', '2026-05-01T21:59:00.000Z', '2026-04-30T22:00:00.000Z'],
  ['Rehearse every Tuesday from 19:00 to 21:00', 'Rehearse', 'FREQ=WEEKLY;BYDAY=TU', '2026-03-31T19:00:00.000Z', '2026-03-31T17:00:00.000Z'],
  ['Call Bo daily at 9 until 30 June', 'Call Bo', 'FREQ=DAILY;UNTIL=20260630T215900Z', '2026-03-27T08:00:00.000Z'],
  ['Send it every day at 9 and 17', 'Send it at 9 and 17', 'FREQ=DAILY', '2026-03-26T22:59:00.000Z'],
  ['Stand-up every day from Monday to Friday', 'Stand-up from Monday to Friday', 'FREQ=DAILY', '2026-03-26T22:59:00.000Z'],
]

describe('a sentence becomes a repeated task', () => {
  it.each(cases.map(([text, ...expected]) => [text, expected] as const))('%s', (text, [title, recurrence, dueAt, startAt = null]) =>
    expect(read(text)).toMatchObject({ title, recurrence, dueAt, startAt }))
})

// What says less, or more, than a rule can: it stays in the title, and nothing is set.
it.each([
  'Check the logs every two hours', 'Check the logs every 30 minutes', 'Sync every couple of weeks',
  'Rotate the keys every month or two', 'Rotate the keys every two or three months', 'Call mum once a week',
  'Water the plants every day except Sunday', 'Feed the cat every morning and every evening',
  'Report on the first working day of every month', 'Clean up at the end of every week', 'Check on the 32nd of every month',
  'Fix the job that runs every night at 2am', 'Fix the bug that appears on Mondays', 'Update the rota every night shift',
  'Never deploy on Fridays', 'Write about Mondays', 'Write about Mondays, Tuesdays', 'Keep our Mondays', 'Cancel Mondays', 'Skip Fridays',
  'Remind Bo about Casual Fridays', 'Order the Ruby Tuesdays', 'Fix TGI Fridays', 'Book TGI Fridays at 7pm',
  'Yoga with Ann Wednesdays at 18:00', 'Stop skipping Fridays at 10:00', 'Fix the job that runs Mondays at 10:00',
  'Call Mom Sundays at 10:00', 'Clean Kitchen Saturdays', 'Check CRM Mondays at 10', 'Stop Mondays', 'Please stop Mondays',
  'Decide to move Mondays', 'Stop moving Mondays', 'Call Bo, drop Mondays', 'Find out why people hate Mondays', `Let's stop Mondays`,
  'Swim Tuesdays in the pool at 7am',
])('a sentence that gives no rule repeats nothing: %s', text => expect(read(text)).toMatchObject({ title: text, recurrence: null, dueAt: null, startAt: null }))

it('a list of days without end is read as fast as any other text', () => expect(read(`Pay on the ${'1st and '.repeat(240)}rest`).recurrence).toBeNull())
