import {
  NotificationType, type Channels, type Preferences, type PreferencesChange, type TypeChannels,
} from '../../shared/contracts/notification/preferences.ts'

const mailed: ReadonlySet<NotificationType> = new Set(['assigned', 'mentioned'])

/** What holds for those who never chose: everything in the app, what concerns one by name also by mail. */
export const defaultPreferences: Preferences = {
  events: channelsOfAll(type => ({ inApp: true, email: mailed.has(type) })), projects: [], quietHours: null, timezone: null, version: 0,
}

/** Of somebody who has closed the account: whatever still comes up for him goes nowhere. */
export const silent: Preferences = { ...defaultPreferences, events: channelsOfAll(() => ({ inApp: false, email: false })) }

/** Over which channels a person is told. A project's own choice goes before the general one. */
export const channelsFor = (preferences: Preferences, type: NotificationType, projectId: string | null): Channels => ({
  ...preferences.events[type], ...defined(preferences.projects.find(p => p.projectId === projectId)?.events[type]),
})

/** What is named is replaced, all else stays. */
export const changed = (old: Preferences, change: PreferencesChange): Preferences => ({
  events: channelsOfAll(type => ({ ...old.events[type], ...defined(change.events?.[type]) })),
  projects: (change.projects ?? []).reduce(withProject, old.projects),
  quietHours: change.quietHours === undefined ? old.quietHours : change.quietHours,
  timezone: change.timezone === undefined ? old.timezone : change.timezone,
  version: old.version + 1,
})

const withProject = (projects: Preferences['projects'], named: { projectId: string; events: TypeChannels }): Preferences['projects'] => {
  const others = projects.filter(p => p.projectId !== named.projectId)
  if (Object.keys(named.events).length === 0) return others
  const before = projects.find(p => p.projectId === named.projectId)?.events ?? {}
  const events: TypeChannels = { ...before }
  for (const type of NotificationType.options) if (named.events[type]) events[type] = { ...before[type], ...defined(named.events[type]) }
  return [...others, { projectId: named.projectId, events }]
}

const defined = (channels: { inApp?: boolean | undefined; email?: boolean | undefined } | undefined): Partial<Channels> => ({
  ...channels?.inApp !== undefined && { inApp: channels.inApp }, ...channels?.email !== undefined && { email: channels.email },
})

function channelsOfAll(of: (type: NotificationType) => Channels): Record<NotificationType, Channels> {
  const pairs = NotificationType.options.map(type => [type, of(type)] as const)
  // One pair for each option of the enum is the whole record.
  return Object.fromEntries(pairs) as Record<NotificationType, Channels>
}
