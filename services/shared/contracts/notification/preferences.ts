import { z } from 'zod'
import { Id } from '../primitives.ts'
import { Timezone } from '../timezone.ts'

/** What a person can be told about. */
export const NotificationType = z.enum([
  'assigned', 'unassigned', 'mentioned', 'commented', 'status-changed', 'due-changed', 'overdue', 'blocker-done', 'task-deleted',
  'project-added', 'project-role', 'project-removed', 'project-changed', 'project-deleted', 'member-joined', 'anomaly',
]).meta({ description: 'what a person can be told about; `anomaly` is chosen for later: nothing looks for anomalies yet' })
export type NotificationType = z.infer<typeof NotificationType>

/** The channels that exist: what is sent over a channel that does not exist cannot be chosen. */
export const Channels = z.strictObject({ inApp: z.boolean(), email: z.boolean() })
export type Channels = z.infer<typeof Channels>

/** For each type, over which channels; a type or channel that is not named stays as it is. */
export const TypeChannels = z.partialRecord(NotificationType, Channels.partial())
export type TypeChannels = z.infer<typeof TypeChannels>

export const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day as HH:MM')

/** No mail leaves between these times; what came up meanwhile leaves when they end. In the user's own time zone, over midnight if need be. */
export const QuietHours = z.strictObject({ from: TimeOfDay, to: TimeOfDay }).refine(q => q.from !== q.to, 'must begin and end at different times')
export type QuietHours = z.infer<typeof QuietHours>

export const Preferences = z.object({
  events: z.record(NotificationType, Channels),
  projects: z.array(z.object({ projectId: Id, events: TypeChannels })),
  quietHours: QuietHours.nullable(),
  /** Null: the time zone of the profile. */
  timezone: z.string().nullable(),
  version: z.number().int(),
})
export type Preferences = z.infer<typeof Preferences>

/** Replaces what it names. A project with no events goes back to the general choice. */
export const PreferencesChange = z.strictObject({
  events: TypeChannels.optional(),
  projects: z.array(z.strictObject({ projectId: Id, events: TypeChannels })).max(200).optional(),
  quietHours: QuietHours.nullable().optional(),
  timezone: Timezone.nullable().optional(),
})
export type PreferencesChange = z.infer<typeof PreferencesChange>
