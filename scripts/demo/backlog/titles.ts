import type { Chance } from '../random.ts'

export type Kind = 'feature' | 'bug' | 'chore' | 'docs' | 'research'
export const areas = ['checkout', 'search', 'accounts', 'mobile app', 'billing', 'reports', 'mail', 'infrastructure'] as const
export type Area = (typeof areas)[number]

const things: Readonly<Record<Area, readonly [string, ...string[]]>> = {
  checkout: ['the basket', 'guest checkout', 'voucher codes', 'the delivery date picker', 'the order confirmation'],
  search: ['search suggestions', 'the filter bar', 'result ranking', 'synonyms', 'the empty result page'],
  accounts: ['sign-in', 'the profile page', 'two-step sign-in', 'team invitations', 'address books'],
  'mobile app': ['the start screen', 'offline mode', 'push messages', 'the camera scan', 'deep links'],
  billing: ['invoices', 'VAT for other countries', 'refunds', 'the payment retry', 'the dunning run'],
  reports: ['the sales dashboard', 'the weekly export', 'cohort charts', 'the stock report', 'saved filters'],
  mail: ['the welcome letter', 'unsubscribe links', 'bounce handling', 'the shipping notice', 'mail templates'],
  infrastructure: ['the build pipeline', 'database backups', 'the staging environment', 'log retention', 'the alert rules'],
}
const shapes: Readonly<Record<Kind, readonly [string, ...string[]]>> = {
  feature: [
    'Let customers use {} on a small screen', 'Add {} for business accounts', 'Make {} work without a reload',
    'Show progress in {}', 'Let teams share {}',
  ],
  bug: [
    '{} breaks with a long name', '{} shows yesterday’s figures after midnight', 'Double click submits {} twice',
    '{} is slow with more than 1,000 entries', '{} forgets the chosen language',
  ],
  chore: ['Tidy up the code behind {}', 'Upgrade the libraries of {}', 'Add tests for {}', 'Remove the old version of {}', 'Measure {} before the sale'],
  docs: ['Explain {} in the handbook', 'Record a short film about {}', 'Write down how {} is operated'],
  research: ['Find out why people leave {}', 'Compare three ways to build {}', 'Ask ten customers about {}'],
}

/** A title that somebody could have written. */
export const titleOf = (kind: Kind, area: Area, luck: Chance): string => {
  const title = luck.pick(shapes[kind]).replace('{}', luck.pick(things[area]))
  return title.charAt(0).toUpperCase() + title.slice(1)
}
