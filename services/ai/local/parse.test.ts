import { describe, expect, it } from 'vitest'
import { Proposal, type ProposedTask } from '../../shared/contracts/ai/http.ts'
import { parse, type Context } from './parse.ts'
import { firstOccurrence } from './first-occurrence.ts'

const people = [{ id: 'u-ann', name: 'Ann Lee' }, { id: 'u-anna', name: 'Anna Berg' }, { id: 'u-jose', name: 'José García' }, { id: 'u-lee', name: 'Bo Lee' }]
// Thursday; in Berlin 15:00, three days before the clocks go forward.
const context: Context = { at: '2026-03-26T14:00:00.000Z', timezone: 'Europe/Berlin', projectId: 'p1', people, userId: 'u-ann' }
const read = (text: string, change: Partial<Context> = {}): Proposal => parse(text, { ...context, ...change })
const none: ProposedTask = {
  projectId: 'p1', title: '', description: '', priority: 'none', startAt: null, dueAt: null, recurrence: null, assigneeId: null, labels: [], blockedBy: [], estimateMinutes: null,
}
const id = '0197a3c4-1111-7abc-8def-0123456789ab'
const id2 = '0197a3c4-2222-7abc-8def-0123456789ab'

const cases: readonly (readonly [string, Partial<ProposedTask>])[] = [
  ['Buy milk', { title: 'Buy milk' }],
  ['Call the bank tomorrow at 9am', { title: 'Call the bank', dueAt: '2026-03-27T08:00:00.000Z' }],
  ['Send the report by Friday', { title: 'Send the report', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Send the report by Friday !high #finance #q1-close 2h @jose', {
    title: 'Send the report', priority: 'high', labels: ['finance', 'q1-close'], estimateMinutes: 120, assigneeId: 'u-jose', dueAt: '2026-03-27T22:59:00.000Z',
  }],
  ['p1: fix the login', { title: 'fix the login', priority: 'urgent' }],
  ['Fix the login, high priority', { title: 'Fix the login', priority: 'high' }],
  ['Fix it asap', { title: 'Fix it', priority: 'urgent' }],
  ['Describe the high availability setup', { title: 'Describe the high availability setup' }],
  ['Paint the fence in 2 hours', { title: 'Paint the fence', dueAt: '2026-03-26T16:00:00.000Z' }],
  ['Paint the fence for 2 hours', { title: 'Paint the fence', estimateMinutes: 120 }],
  ['Review 1h30 tomorrow', { title: 'Review', estimateMinutes: 90, dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Tidy up (30 min)', { title: 'Tidy up', estimateMinutes: 30 }],
  ['Write the plan, takes half a day', { title: 'Write the plan', estimateMinutes: 240 }],
  ['Write the plan, takes 2 days', { title: 'Write the plan', estimateMinutes: 960 }],
  ['Stand-up every weekday at 9:15', { title: 'Stand-up', recurrence: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', dueAt: '2026-03-27T08:15:00.000Z' }],
  ['Water the plants every second Tuesday', { title: 'Water the plants', recurrence: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU', dueAt: '2026-03-31T21:59:00.000Z' }],
  ['Pay rent every second Tuesday of the month', { title: 'Pay rent', recurrence: 'FREQ=MONTHLY;BYDAY=2TU', dueAt: '2026-04-14T21:59:00.000Z' }],
  ['Team lunch on the last Friday of each month', { title: 'Team lunch', recurrence: 'FREQ=MONTHLY;BYDAY=-1FR', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Pay the rent monthly on the 15th', { title: 'Pay the rent', recurrence: 'FREQ=MONTHLY;BYMONTHDAY=15', dueAt: '2026-04-15T21:59:00.000Z' }],
  ['Gym every Monday, Wednesday and Friday', { title: 'Gym', recurrence: 'FREQ=WEEKLY;BYDAY=MO,WE,FR', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Back up every 3 days for 5 times', { title: 'Back up', recurrence: 'FREQ=DAILY;INTERVAL=3;COUNT=5', dueAt: '2026-03-26T22:59:00.000Z' }],
  ['Renew the domain every year on April 3', { title: 'Renew the domain', recurrence: 'FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=3', dueAt: '2026-04-03T21:59:00.000Z' }],
  ['Report weekly until 30 June 2026', { title: 'Report', recurrence: 'FREQ=WEEKLY;UNTIL=20260630T215900Z', dueAt: '2026-03-26T22:59:00.000Z' }],
  ['Fix the daily backup job', { title: 'Fix the daily backup job' }],
  ['Prepare weekly invoices', { title: 'Prepare weekly invoices' }],
  ['Prepare the weekly report by Friday', { title: 'Prepare the weekly report', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Prepare the weekly report every Friday', { title: 'Prepare the weekly report', recurrence: 'FREQ=WEEKLY;BYDAY=FR', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Change the backup from weekly to daily', { title: 'Change the backup from weekly to daily' }],
  ['Send the figures weekly to the board', { title: 'Send the figures to the board', recurrence: 'FREQ=WEEKLY', dueAt: '2026-03-26T22:59:00.000Z' }],
  ['Daily stand-up at 9:15', { title: 'stand-up', recurrence: 'FREQ=DAILY', dueAt: '2026-03-27T08:15:00.000Z' }],
  ['Add a tooltip for each month', { title: 'Add a tooltip for each month' }],
  ['Check in every month', { title: 'Check in', recurrence: 'FREQ=MONTHLY', dueAt: '2026-03-26T22:59:00.000Z' }],
  ['Review every first Monday', { title: 'Review', recurrence: 'FREQ=MONTHLY;BYDAY=1MO', dueAt: '2026-04-06T21:59:00.000Z' }],
  ['Stand-up every Monday to Friday at 9:00', { title: 'Stand-up', recurrence: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', dueAt: '2026-03-27T08:00:00.000Z' }],
  ['Night watch every Friday-Monday', { title: 'Night watch', recurrence: 'FREQ=WEEKLY;BYDAY=FR,SA,SU,MO', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Workshop from Monday to Wednesday', { title: 'Workshop', startAt: '2026-03-29T22:00:00.000Z', dueAt: '2026-04-01T21:59:00.000Z' }],
  ['Migration starting Monday, due 10 April 2026', { title: 'Migration', startAt: '2026-03-29T22:00:00.000Z', dueAt: '2026-04-10T21:59:00.000Z' }],
  ['Night job on 29 March 2026 at 2:30am', { title: 'Night job', dueAt: '2026-03-29T01:30:00.000Z' }],
  ['Call New York Friday 5pm EST', { title: 'Call New York', dueAt: '2026-03-27T22:00:00.000Z' }],
  ['Submit by 03.04.2026', { title: 'Submit', dueAt: '2026-04-03T21:59:00.000Z' }],
  ['Call the notary 3.4.2026 at 9:00', { title: 'Call the notary', dueAt: '2026-04-03T07:00:00.000Z' }],
  ['Submit by 3.4.27', { title: 'Submit', dueAt: '2027-04-03T21:59:00.000Z' }],
  ['Submit by 3.4.', { title: 'Submit', dueAt: '2026-04-03T21:59:00.000Z' }],
  ['Workshop from 03.04.2026 to 07.04.2026', { title: 'Workshop', startAt: '2026-04-02T22:00:00.000Z', dueAt: '2026-04-07T21:59:00.000Z' }],
  ['Upgrade to 12.4.26, see chapter 3.4.', { title: 'Upgrade to 12.4.26, see chapter 3.4.' }],
  ['Submit by 04.13.2026', { title: 'Submit by 04.13.2026' }],
  ['Send the invoices for February', { title: 'Send the invoices for February' }],
  ['Prepare the budget for January 2027', { title: 'Prepare the budget for January 2027' }],
  ['Finish the report in June', { title: 'Finish the report', dueAt: '2026-06-01T21:59:00.000Z' }],
  ['The login is broken since Monday', { title: 'The login is broken since Monday' }],
  ['Travel from Monday to 31 December 2250', { title: 'Travel from Monday to 31 December 2250' }],
  ['Increase the session timeout to 30 minutes', { title: 'Increase the session timeout to 30 minutes' }],
  ['Write it down, at most about 3 hours', { title: 'Write it down, at most about 3 hours' }],
  ['Finish by end of day', { title: 'Finish', dueAt: '2026-03-26T22:59:00.000Z' }],
  ['Finish by eow', { title: 'Finish', dueAt: '2026-03-27T22:59:00.000Z' }],
  [`Deploy blocked by ${id} and ${id2}`, { title: 'Deploy', blockedBy: [id, id2] }],
  ['Upgrade to 2.10.3 with 24/7 support', { title: 'Upgrade to 2.10.3 with 24/7 support' }],
  ['Plan the march release', { title: 'Plan the march release' }],
  ['Find out what broke yesterday', { title: 'Find out what broke yesterday' }],
  ['Fix #1234 in the 2000s archive', { title: 'Fix #1234 in the 2000s archive' }],
  ['Assign to the right bucket', { title: 'Assign to the right bucket' }],
  ['Write docs, assign to Anna', { title: 'Write docs', assigneeId: 'u-anna' }],
  ['Fix the login, assign to me', { title: 'Fix the login', assigneeId: 'u-ann' }],
  ['Write docs, assign to Berg', { title: 'Write docs', assigneeId: 'u-anna' }],
  ['Write docs, assign to jos', { title: 'Write docs, assign to jos' }],
  ['@Ann Lee check the invoices', { title: 'check the invoices', assigneeId: 'u-ann' }],
  ['Mail bob@example.com about it', { title: 'Mail bob@example.com about it' }],
  ['Work from 10 June to 12 June', { title: 'Work', startAt: '2026-06-09T22:00:00.000Z', dueAt: '2026-06-12T21:59:00.000Z' }],
  ['Work from 1 June to 3 June', { title: 'Work', startAt: '2026-05-31T22:00:00.000Z', dueAt: '2026-06-03T21:59:00.000Z' }],
  ['Work from 5 May until 7 May', { title: 'Work', startAt: '2026-05-04T22:00:00.000Z', dueAt: '2026-05-07T21:59:00.000Z' }],
  ['Work from 10 June 9:00 to 12 June 17:00', { title: 'Work', startAt: '2026-06-10T07:00:00.000Z', dueAt: '2026-06-12T15:00:00.000Z' }],
  ['Work from 10 June at 9 to 12 June at 17', { title: 'Work', startAt: '2026-06-10T07:00:00.000Z', dueAt: '2026-06-12T15:00:00.000Z' }],
  ['Vacation from 1 to 14 August', { title: 'Vacation', startAt: '2026-07-31T22:00:00.000Z', dueAt: '2026-08-14T21:59:00.000Z' }],
  ['Workshop tomorrow from 9 to 11', { title: 'Workshop', startAt: '2026-03-27T08:00:00.000Z', dueAt: '2026-03-27T10:00:00.000Z' }],
  ['Workshop from 9 to 11 tomorrow', { title: 'Workshop', startAt: '2026-03-27T08:00:00.000Z', dueAt: '2026-03-27T10:00:00.000Z' }],
  ['Increase replicas from 8 to 12 tomorrow', { title: 'Increase replicas from 8 to 12', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Scale on Friday from 8 to 12 nodes', { title: 'Scale from 8 to 12 nodes', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Review on Friday 14 pull requests', { title: 'Review 14 pull requests', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Send invoice 12 tomorrow', { title: 'Send invoice 12', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Meet Bo at 10 in the lobby', { title: 'Meet Bo in the lobby', dueAt: '2026-03-27T09:00:00.000Z' }],
  ['Call Bo tomorrow at 3', { title: 'Call Bo at 3', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Call Bo tomorrow afternoon at 3', { title: 'Call Bo', dueAt: '2026-03-27T14:00:00.000Z' }],
  ['Dinner tomorrow at 8 in the evening', { title: 'Dinner', dueAt: '2026-03-27T19:00:00.000Z' }],
  ['Call Bo tomorrow after 5pm', { title: 'Call Bo after 5pm', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Fix the monday.com sync by Friday', { title: 'Fix the monday.com sync', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Prepare Friday’s demo by Saturday', { title: 'Prepare Friday’s demo', dueAt: '2026-03-28T22:59:00.000Z' }],
  ['Watch "Friday the 13th" by Sunday', { title: 'Watch "Friday the 13th"', dueAt: '2026-03-29T21:59:00.000Z' }],
  ['Read ‘Tomorrow’s World’ by Sunday', { title: 'Read ‘Tomorrow’s World’', dueAt: '2026-03-29T21:59:00.000Z' }],
  [`Don't wait, fix the users' list by Friday`, { title: `Don't wait, fix the users' list`, dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Mail @"Ann Lee" tomorrow', { title: 'Mail', assigneeId: 'u-ann', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Call Bo (by Friday)', { title: 'Call Bo', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Send it by EOD Friday', { title: 'Send it', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Submit on or before 5 May', { title: 'Submit', dueAt: '2026-05-05T21:59:00.000Z' }],
  ['Start the migration on Monday and finish by Friday', { title: 'Start the migration', startAt: '2026-03-29T22:00:00.000Z', dueAt: '2026-04-03T21:59:00.000Z' }],
  ['Start on Monday and finish by Friday', { title: '', startAt: '2026-03-29T22:00:00.000Z', dueAt: '2026-04-03T21:59:00.000Z' }],
  ['Migration starting tomorrow at 9am, due 5pm', { title: 'Migration', startAt: '2026-03-27T08:00:00.000Z', dueAt: '2026-03-27T16:00:00.000Z' }],
  ['Get the contract signed on Friday', { title: 'Get the contract signed', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Meeting planned on Friday', { title: 'Meeting planned', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Call Bo the day after tomorrow', { title: 'Call Bo', dueAt: '2026-03-28T22:59:00.000Z' }],
  [`Don't forget to submit before Friday`, { title: `Don't forget to submit`, dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Call Fred on Friday', { title: 'Call Fred', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Visit Ahmed on Friday', { title: 'Visit Ahmed', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Talk to Mohammed on Monday at 10:00', { title: 'Talk to Mohammed', dueAt: '2026-03-30T08:00:00.000Z' }],
  ['Meet Fred Friday', { title: 'Meet Fred', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Order a hundred on Friday', { title: 'Order a hundred', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Slides needed on Friday', { title: 'Slides needed', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Report required on Monday', { title: 'Report required', dueAt: '2026-03-30T21:59:00.000Z' }],
  ['Demo booked on Friday', { title: 'Demo booked', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Set a meeting at 10 on Friday', { title: 'Set a meeting', dueAt: '2026-03-27T09:00:00.000Z' }],
  ['Keep the appointment at 9 tomorrow', { title: 'Keep the appointment', dueAt: '2026-03-27T08:00:00.000Z' }],
  ['Do not wait: deploy on Friday', { title: 'Do not wait: deploy', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Do not wait - deploy before Friday', { title: 'Do not wait - deploy', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Avoid the rush and buy tickets on Friday', { title: 'Avoid the rush and buy tickets', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Planned on Friday: the retro', { title: 'Planned: the retro', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Increase the limit at 10 on Friday', { title: 'Increase the limit', dueAt: '2026-03-27T09:00:00.000Z' }],
  ['Call Bo at 10:00 about the Fridays report', { title: 'Call Bo about the Fridays report', dueAt: '2026-03-27T09:00:00.000Z' }],
  ['Decide whether to go or not on Friday', { title: 'Decide whether to go or not', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Confirm if you are coming or not on Friday', { title: 'Confirm if you are coming or not', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Check if Bo has paid or not tomorrow', { title: 'Check if Bo has paid or not', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Say whether we ship or not at 10:00 on Friday', { title: 'Say whether we ship or not', dueAt: '2026-03-27T09:00:00.000Z' }],
  ['Better late than never on Friday', { title: 'Better late than never', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Decide whether or not to ship on Friday', { title: 'Decide whether or not to ship', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Remind Bo not to forget the slides on Friday', { title: 'Remind Bo not to forget the slides', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Tell Bo not to worry, call on Friday', { title: 'Tell Bo not to worry, call', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Deploy on Monday, not on Friday', { title: 'Deploy, not on Friday', dueAt: '2026-03-30T21:59:00.000Z' }],
  ['MEET FRED on Friday', { title: 'MEET FRED', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['CALL FRED ON FRIDAY', { title: 'CALL FRED', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['call fred on friday', { title: 'call fred', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Ahmed on Friday', { title: 'Ahmed', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Interview with Saeed on Monday', { title: 'Interview with Saeed', dueAt: '2026-03-30T21:59:00.000Z' }],
  ['Sign the deed on Friday', { title: 'Sign the deed', dueAt: '2026-03-27T22:59:00.000Z' }],
  ['Work from 10 January 2027', { title: 'Work', startAt: '2027-01-09T23:00:00.000Z' }],
  ['Vacation from 2 January', { title: 'Vacation', startAt: '2027-01-01T23:00:00.000Z' }],
]

// Words that name no time of the task, or leave open which: they stay in the title, and nothing is set.
const leftAlone = [
  'Increase replicas from 3 to 5', 'Bump version from 9 to 10', 'Scale from 2 to 4 nodes', 'Freeze at 5 items', 'Cap the retries at 8',
  'Draft chapter 9 to 10', 'Upgrade from 9.30 to 10.15', 'Fix the 9 to 5 schedule', 'Call Bo at 5',
  `Summarize last Friday's meeting`, `Cancel tomorrow's meeting`, 'Cancel tomorrow’s meeting', 'Fix the monday.com integration',
  'Update www.monday.com', 'Check pre-Monday builds', 'Fix 2026-03-30.log', 'Fix the today/tomorrow switch',
  'Review what we did last Friday', 'Reply to the mail of 12 March', 'Fix the bug introduced on 3 March',
  'Find out why the job failed on Monday', 'Release on Friday the 13th', 'Prepare the Black Friday campaign',
  'Deploy after Monday', 'Deploy on or after Monday', 'Deploy no earlier than Monday', 'Do not deploy before Monday', `Don't deploy until Friday`,
  'Never deploy on Fridays', 'Do not deploy on Friday', 'Do not deploy on Monday and Friday', 'Never deploy at 10:00 on Friday',
  'Do not merge and deploy on Friday', 'Never commit and push to main on Fridays', `Don't call Bo and Ann on Friday`,
  'Do not deploy and do not release on Friday', 'Never deploy – not on Friday', 'Deploy, but never at 10:00 on Friday',
  'Do not wait – never deploy on Friday', 'Avoid the rush and do not drive on Friday', 'Avoid calls on Monday and Friday',
  'Meet Bo if not tomorrow', 'Find out why not on Friday', 'Deploys fail more often than not on Fridays', 'Never decide whether to go or not on Fridays',
  'Remind the team not to deploy on Friday', 'Remind the team to not deploy on Fridays', `Let's not meet on Friday`,
  'We must not deploy on Friday', `You shouldn't deploy on Fridays`,
  'JOB FAILED ON MONDAY', 'API FAILED on Monday', 'Check why CI FAILED on Monday', 'Ask Why the Import Failed on Monday', 'List what we agreed on Monday',
  'Failed on Monday: the import job', 'Job FAILED on Monday', 'Import job: Failed on Monday', 'Check why it was required on Monday',
  'Room was booked on Monday', 'The room had already been booked on Monday', `Ask why it hadn't been planned on Monday`,
  'Order parts needed on 3 March',
  'At 7:00 swim Tuesdays in the pool', 'Merge changes from 12 March', 'Check the figures from 1 to 14 March',
  'Call on Monday or Tuesday', 'Send the figures Monday, Wednesday and Friday', 'Call between Monday and Wednesday',
  'Call at 9:00 and 17:00', 'Ask if Friday works', 'Move the meeting from Monday to Wednesday', 'Meet on the 3rd Monday in May',
  'Prepare slides for the Monday meeting', 'Follow up on the 10 June incident', 'Fix the 9am job', 'Fix the morning build',
  'Plan the week', 'Write the plan, takes two weeks', 'Ship 2 to 3 days later',
  'Add “every Monday” to the form', 'Write `every 2 days` into the docs',
]

describe('a sentence becomes a task', () => {
  it.each(cases)('%s', (text, expected) => expect(read(text).task).toEqual({ ...none, ...expected }))
  it.each(leftAlone)('and these words are its title: %s', text => expect(read(text)).toEqual({ task: { ...none, title: text }, evidence: [], questions: [] }))
  it('with a description when the title cannot hold all its words', () => {
    const text = Array.from({ length: 290 }, (_, i) => `word${i}`).join(' ')
    const { title, description } = read(text).task
    expect([`${title} ${description}`, title.length > 490, title.length <= 500]).toEqual([text, true, true])
  })
  it('that cuts a word without end between two characters', () => {
    const text = `${'x'.repeat(499)}${'😀'.repeat(100)}`
    expect(read(text).task).toMatchObject({ title: 'x'.repeat(499), description: '😀'.repeat(100) })
  })
})

describe('a time that no task can have', () => {
  it.each([
    'Call the bank within 9000 years', 'Water plants daily until 9000 years from now', 'starting 9000 years from now, finish by Friday',
    'Call the bank starting 1 January 1970', 'Start on 31 December 2199, due Friday',
  ])('is none of the proposal: %s', text => {
    const proposal = read(text)
    expect(Proposal.safeParse(proposal).error?.issues).toBeUndefined()
    expect(JSON.stringify(proposal.task)).not.toMatch(/[+]\d{5}|19[67]\d-|2200-/)
  })
  it('stays in the title', () => expect(read('Call the bank within 9000 years')).toEqual({
    task: { ...none, title: 'Call the bank within 9000 years' }, evidence: [], questions: [],
  }))
})

describe('evidence and questions', () => {
  it('names the words of each field and where they stand', () => expect(read('Send it by Friday !low').evidence).toEqual([
    { field: 'dueAt', words: 'by Friday', start: 8 }, { field: 'priority', words: '!low', start: 18 },
  ]))
  it('looks for none in a quoted title, and counts its letters', () =>
    expect(read('Watch "Friday the 13th" by Sunday').evidence).toEqual([{ field: 'dueAt', words: 'by Sunday', start: 24 }]))
  it('asks which of two people is meant', () => {
    const { task, questions } = read('Check it @Lee')
    expect(task.assigneeId).toBeNull()
    const options = [{ id: 'u-ann', label: 'Ann Lee' }, { id: 'u-lee', label: 'Bo Lee' }]
    expect(questions).toEqual([{ field: 'assigneeId', words: 'Lee', question: 'Which Lee is meant?', options }])
  })
  it('asks for a person whom nobody knows', () => expect(read('Check it @zoe').questions).toMatchObject([{ field: 'assigneeId', words: 'zoe', options: [] }]))
  it.each(['Fix it, assign to me', 'Fix it @me'])('never takes “me” for the beginning of a name: %s', text => {
    const { task, questions } = read(text, { userId: 'u-owner', people: [{ id: 'u-mehmet', name: 'Mehmet Kaya' }] })
    expect([task.title, task.assigneeId]).toEqual(['Fix it', null])
    expect(questions).toMatchObject([{ field: 'assigneeId', words: 'me', options: [] }])
  })
  it('does not take a word for the beginning of a name', () => {
    const { task, questions } = read('Assign to the right bucket', { people: [{ id: 'u-theo', name: 'Theo Berg' }] })
    expect({ task, questions }).toMatchObject({ task: { title: 'Assign to the right bucket', assigneeId: null }, questions: [] })
  })
  it('asks what is to be done when no words are left', () => expect(read('tomorrow !high').questions).toMatchObject([{ field: 'title' }]))
  it.each(['Pay every year on February 30', 'Meet every sixth Monday of the month'])('gives no date to a rule that never holds: %s', text =>
    expect(read(text).task).toMatchObject({ dueAt: null, recurrence: expect.stringMatching(/^FREQ/) }))
  it('asks for the project', () => expect(read('Buy milk', { projectId: null }).questions).toMatchObject([{ field: 'projectId' }]))
})

describe('time zones', () => {
  it.each([['Pacific/Auckland', '2026-03-27T20:00:00.000Z'], ['America/New_York', '2026-03-27T13:00:00.000Z'], ['Asia/Kolkata', '2026-03-27T03:30:00.000Z']] as const)(
    'tomorrow at 9 in %s', (timezone, dueAt) => expect(read('Call tomorrow at 9am', { timezone }).task.dueAt).toBe(dueAt))
  it('keeps the wall clock of a repetition over the change of the clocks', async () => {
    const { Temporal } = await import('temporal-polyfill')
    const next = firstOccurrence('FREQ=WEEKLY;BYDAY=MO', Temporal.Instant.from(context.at).toZonedDateTimeISO('Europe/Berlin'), new Temporal.PlainTime(9))
    expect(next?.toInstant().toString()).toBe('2026-03-30T07:00:00Z')
  })
})
