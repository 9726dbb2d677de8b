import { row, type ShippedTemplate } from './row.ts'

export const softwareDelivery: ShippedTemplate = {
  id: 'software-delivery',
  name: 'Software delivery',
  description: 'From the first conversation to a release that is watched: twelve weeks for a team of three to six.',
  workflow: {
    initial: 'backlog',
    statuses: [
      { key: 'backlog', name: 'Backlog', category: 'open' },
      { key: 'ready', name: 'Ready', category: 'open' },
      { key: 'in_progress', name: 'In progress', category: 'active' },
      { key: 'in_review', name: 'In review', category: 'review' },
      { key: 'testing', name: 'Testing', category: 'review' },
      { key: 'done', name: 'Done', category: 'done' },
      { key: 'cancelled', name: 'Cancelled', category: 'cancelled' },
    ],
    transitions: [
      { from: 'backlog', to: 'ready' }, { from: 'ready', to: 'in_progress' }, { from: 'in_progress', to: 'in_review' },
      { from: 'in_review', to: 'testing' }, { from: 'in_review', to: 'in_progress' }, { from: 'testing', to: 'done' }, { from: 'testing', to: 'in_progress' },
      { from: 'in_progress', to: 'ready' }, { from: 'ready', to: 'backlog' }, { from: 'done', to: 'ready', roles: ['owner', 'manager'] },
      { from: 'cancelled', to: 'backlog' }, { from: '*', to: 'cancelled', roles: ['owner', 'manager'] },
    ],
  },
  tasks: [
    row('interviews', 'Interview five people who will use it', [0, 7], 10, {
      difficulty: 3, labels: ['discovery'], priority: 'high',
      description: 'Write down what they do today, where it hurts, and what they would miss.',
    }),
    row('problem', 'Write the problem on one page', [5, 9], 4, { difficulty: 2, labels: ['discovery'], blockedBy: ['interviews'], priority: 'high' }),
    row('success', 'Agree how success will be measured', [8, 11], 3, { difficulty: 2, labels: ['discovery'], blockedBy: ['problem'] }),
    row('risks', 'List the risks, with an owner for each', [8, 12], 3, { difficulty: 2, labels: ['planning'], blockedBy: ['problem'] }),
    row('sketches', 'Sketch the main screens', [10, 18], 16, { difficulty: 5, labels: ['design'], blockedBy: ['problem'] }),
    row('walkthrough', 'Walk three users through the sketches', [18, 22], 6, { difficulty: 3, labels: ['design'], blockedBy: ['sketches'] }),
    row('architecture', 'Decide the architecture and write down why', [10, 19], 12, {
      difficulty: 8, labels: ['engineering'], blockedBy: ['problem', 'risks'], priority: 'high',
    }),
    row('repository', 'Set up the repository, checks and preview environments', [14, 20], 8, { difficulty: 3, labels: ['engineering', 'operations'] }),
    row('skeleton', 'Build the walking skeleton: one thin path end to end', [20, 30], 32, {
      difficulty: 8, labels: ['engineering'], blockedBy: ['architecture', 'repository'], priority: 'urgent',
    }),
    row('signin', 'Sign-in and roles', [28, 38], 24, { difficulty: 5, labels: ['engineering', 'security'], blockedBy: ['skeleton'] }),
    row('core', 'Build the core flow', [30, 52], 80, { difficulty: 13, labels: ['engineering'], blockedBy: ['skeleton', 'walkthrough'], priority: 'high' }),
    row('import', 'Bring in the existing data', [40, 54], 30, { difficulty: 8, labels: ['engineering', 'data'], blockedBy: ['skeleton'] }),
    row('security', 'Review security and access rights', [50, 58], 12, {
      difficulty: 5, labels: ['security'], blockedBy: ['signin', 'core'], priority: 'high',
    }),
    row('load', 'Test under the load of a busy Monday', [52, 60], 12, { difficulty: 5, labels: ['testing'], blockedBy: ['core'] }),
    row('accessibility', 'Check keyboard, contrast and screen reader', [52, 60], 8, { difficulty: 3, labels: ['testing', 'design'], blockedBy: ['core'] }),
    row('pilot', 'Pilot with the first team', [60, 72], 20, {
      difficulty: 5, labels: ['release'], blockedBy: ['security', 'load', 'import'], priority: 'high',
    }),
    row('handbook', 'Write the handbook', [56, 70], 14, { difficulty: 3, labels: ['documentation'], blockedBy: ['core'] }),
    row('rollback', 'Rehearse release and rollback', [66, 74], 6, { difficulty: 3, labels: ['release', 'operations'], blockedBy: ['repository', 'load'] }),
    row('release', 'Release', [76, 78], 6, {
      difficulty: 3, labels: ['release'], blockedBy: ['pilot', 'handbook', 'rollback', 'accessibility'], priority: 'urgent',
    }),
    row('retrospective', 'Look back: what to keep, what to change', [80, 84], 3, {
      difficulty: 1, labels: ['planning'], blockedBy: ['release', 'success'], priority: 'low',
    }),
  ],
}
