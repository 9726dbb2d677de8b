import { row, type ShippedTemplate } from './row.ts'

export const marketingCampaign: ShippedTemplate = {
  id: 'marketing-campaign',
  name: 'Marketing campaign',
  description: 'One message, several channels, a launch day, and a report that says what it brought: eight weeks.',
  workflow: {
    initial: 'idea',
    statuses: [
      { key: 'idea', name: 'Idea', category: 'open' },
      { key: 'in_work', name: 'In work', category: 'active' },
      { key: 'approval', name: 'Waiting for approval', category: 'review' },
      { key: 'scheduled', name: 'Scheduled', category: 'review' },
      { key: 'published', name: 'Published', category: 'done' },
      { key: 'dropped', name: 'Dropped', category: 'cancelled' },
    ],
    transitions: [
      { from: 'idea', to: 'in_work' }, { from: 'in_work', to: 'approval' }, { from: 'approval', to: 'in_work' },
      { from: 'approval', to: 'scheduled', roles: ['owner', 'manager'] }, { from: 'scheduled', to: 'published' }, { from: 'scheduled', to: 'in_work' },
      { from: 'in_work', to: 'idea' }, { from: 'published', to: 'in_work', roles: ['owner', 'manager'] },
      { from: 'dropped', to: 'idea' }, { from: '*', to: 'dropped' },
    ],
  },
  tasks: [
    row('goal', 'Set the goal and the number that proves it', [0, 3], 3, { difficulty: 2, labels: ['strategy'], priority: 'high' }),
    row('audience', 'Describe who it is for, and what they believe today', [1, 6], 6, { difficulty: 3, labels: ['strategy'], blockedBy: ['goal'] }),
    row('budget', 'Agree the budget', [2, 7], 2, { difficulty: 2, labels: ['strategy', 'finance'], blockedBy: ['goal'], priority: 'high' }),
    row('message', 'Write the message in one sentence', [6, 10], 4, { difficulty: 5, labels: ['copy'], blockedBy: ['audience'], priority: 'high' }),
    row('channels', 'Choose the channels', [7, 12], 4, { difficulty: 3, labels: ['strategy'], blockedBy: ['audience', 'budget'] }),
    row('look', 'Design the look', [10, 20], 24, { difficulty: 5, labels: ['design'], blockedBy: ['message'] }),
    row('landing', 'Build the landing page', [16, 28], 20, { difficulty: 5, labels: ['web'], blockedBy: ['look', 'message'] }),
    row('tracking', 'Set up tracking, with consent', [18, 26], 6, { difficulty: 3, labels: ['web', 'legal'], blockedBy: ['goal'] }),
    row('newsletter', 'Write the newsletter series', [14, 30], 12, { difficulty: 3, labels: ['copy', 'mail'], blockedBy: ['message'] }),
    row('social', 'Produce two weeks of posts', [18, 34], 16, { difficulty: 3, labels: ['copy', 'social'], blockedBy: ['look', 'channels'] }),
    row('video', 'Shoot and cut the short film', [18, 36], 40, { difficulty: 8, labels: ['design', 'video'], blockedBy: ['look'] }),
    row('press', 'Brief the press', [28, 38], 6, { difficulty: 3, labels: ['press'], blockedBy: ['message'], priority: 'low' }),
    row('legal', 'Legal check of all claims', [30, 36], 5, { difficulty: 2, labels: ['legal'], blockedBy: ['landing', 'newsletter'], priority: 'high' }),
    row('rehearsal', 'Walk through launch day, minute by minute', [37, 39], 2, { difficulty: 1, labels: ['launch'], blockedBy: ['legal', 'tracking'] }),
    row('launch', 'Launch', [40, 41], 8, { difficulty: 3, labels: ['launch'], blockedBy: ['rehearsal', 'social', 'video', 'landing'], priority: 'urgent' }),
    row('tune', 'Read the numbers daily and tune', [41, 52], 15, { difficulty: 3, labels: ['analysis'], blockedBy: ['launch'] }),
    row('report', 'Report: what it brought, and what it cost', [52, 56], 6, { difficulty: 3, labels: ['analysis'], blockedBy: ['tune'], priority: 'high' }),
  ],
}
