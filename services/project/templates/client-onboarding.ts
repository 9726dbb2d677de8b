import { row, type ShippedTemplate } from './row.ts'

export const clientOnboarding: ShippedTemplate = {
  id: 'client-onboarding',
  name: 'Client onboarding',
  description: 'From signature to a client who works on their own: six weeks, with nothing forgotten.',
  workflow: {
    initial: 'to_do',
    statuses: [
      { key: 'to_do', name: 'To do', category: 'open' },
      { key: 'with_us', name: 'With us', category: 'active' },
      { key: 'with_client', name: 'With the client', category: 'active' },
      { key: 'to_confirm', name: 'To be confirmed', category: 'review' },
      { key: 'done', name: 'Done', category: 'done' },
      { key: 'not_needed', name: 'Not needed', category: 'cancelled' },
    ],
    transitions: [
      { from: 'to_do', to: 'with_us' }, { from: 'to_do', to: 'with_client' }, { from: 'with_us', to: 'with_client' }, { from: 'with_client', to: 'with_us' },
      { from: 'with_us', to: 'to_confirm' }, { from: 'with_client', to: 'to_confirm' },
      { from: 'to_confirm', to: 'done' }, { from: 'to_confirm', to: 'with_us' },
      { from: 'done', to: 'with_us' }, { from: 'not_needed', to: 'to_do' }, { from: '*', to: 'not_needed' },
    ],
  },
  tasks: [
    row('handover', 'Handover from sales: what was promised', [0, 2], 2, { difficulty: 2, labels: ['internal'], priority: 'high' }),
    row('welcome', 'Send the welcome letter with names and dates', [1, 3], 1, { difficulty: 1, labels: ['client'], blockedBy: ['handover'], priority: 'high' }),
    row('contract', 'File contract and data processing agreement', [0, 5], 2, { difficulty: 2, labels: ['legal'], priority: 'high' }),
    row('kickoff', 'Kick-off meeting', [4, 7], 3, { difficulty: 2, labels: ['client'], blockedBy: ['welcome'] }),
    row('goals', 'Write down three goals of the client', [7, 9], 2, { difficulty: 2, labels: ['client'], blockedBy: ['kickoff'] }),
    row('accounts', 'Set up accounts and access rights', [5, 9], 4, { difficulty: 3, labels: ['technical', 'security'], blockedBy: ['contract'] }),
    row('data-list', 'Get the list of data to bring over', [7, 12], 3, { difficulty: 2, labels: ['client', 'data'], blockedBy: ['kickoff'] }),
    row('trial-import', 'Trial import, and its errors', [12, 18], 10, { difficulty: 5, labels: ['technical', 'data'], blockedBy: ['data-list', 'accounts'] }),
    row('configure', 'Configure workflows and templates', [10, 20], 12, { difficulty: 5, labels: ['technical'], blockedBy: ['goals', 'accounts'] }),
    row('integrations', 'Connect mail, calendar and single sign-on', [12, 22], 10, {
      difficulty: 5, labels: ['technical', 'security'], blockedBy: ['accounts'],
    }),
    row('training-leads', 'Train the team leads', [20, 25], 6, { difficulty: 3, labels: ['training'], blockedBy: ['configure'] }),
    row('final-import', 'Final import, signed off by the client', [22, 28], 6, {
      difficulty: 5, labels: ['technical', 'data'], blockedBy: ['trial-import', 'configure'], priority: 'high',
    }),
    row('training-all', 'Train everybody', [26, 32], 10, { difficulty: 3, labels: ['training'], blockedBy: ['training-leads', 'final-import'] }),
    row('go-live', 'Go live', [33, 34], 4, { difficulty: 3, labels: ['client'], blockedBy: ['training-all', 'integrations'], priority: 'urgent' }),
    row('first-week', 'Be close by in the first week', [34, 40], 12, { difficulty: 2, labels: ['client'], blockedBy: ['go-live'] }),
    row('review', 'Review the three goals together', [40, 42], 2, { difficulty: 2, labels: ['client'], blockedBy: ['first-week', 'goals'] }),
  ],
}
