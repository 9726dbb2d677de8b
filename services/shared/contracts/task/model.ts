import { z } from 'zod'
import { Difficulty, Id, Origin, Priority, Time } from '../primitives.ts'
import { Timezone } from '../timezone.ts'
import { StatusKey } from '../workflow.ts'

const Title = z.string().trim().min(1).max(500)
const Description = z.string().max(50_000)
const Labels = z.array(z.string().trim().min(1).max(60)).max(50)
const Mentions = z.array(Id).max(100).meta({ description: 'people mentioned; `@<userId>` in the text counts as well' })
const Recurrence = z.string().min(1).max(500).meta({ description: 'RFC 5545 RRULE, such as FREQ=WEEKLY;BYDAY=MO' })
const Zone = Timezone.nullable().meta({ description: 'the IANA time zone whose days and clock the recurrence counts by; UTC without one' })
const Position = z.number().min(-1e15).max(1e15).meta({
  description: 'rank on a board; a card between two others takes the mean of their positions. The tasks of a bulk request begin 1 apart, '
    + 'which can be halved 12 times: where no number lies between two any more, move one of them',
})
const EstimateMinutes = z.number().int().min(0).max(5_256_000)

/** The computed urgency of a task, 0–100, and the parts that add up to it. */
export const Score = z.object({ value: z.number().int().min(0).max(100), parts: z.array(z.object({ name: z.string(), points: z.number(), why: z.string() })) })
export type Score = z.infer<typeof Score>

/** A task as everybody sees it; `timezone` appears where a zone was given, `deletedAt` on deleted ones only. */
export const Task = z.object({
  id: Id, projectId: Id, title: z.string(), description: z.string(), status: z.string(),
  priority: Priority, difficulty: Difficulty.nullable(), score: Score,
  startAt: Time.nullable(), dueAt: Time.nullable(), recurrence: z.string().nullable(), timezone: z.string().optional(),
  assigneeId: Id.nullable(), reporterId: Id.nullable(), parentId: Id.nullable(),
  labels: z.array(z.string()), blockedBy: z.array(Id), blocks: z.array(Id), estimateMinutes: z.number().int().nullable(), position: z.number(),
  createdAt: Time, updatedAt: Time, completedAt: Time.nullable(), version: z.number().int(), deletedAt: Time.optional(),
})
export type Task = z.infer<typeof Task>

const fields = {
  description: Description, priority: Priority, difficulty: Difficulty.nullable(),
  startAt: Time.nullable(), dueAt: Time.nullable(), recurrence: Recurrence.nullable(), timezone: Zone,
  assigneeId: Id.nullable(), parentId: Id.nullable(), labels: Labels, estimateMinutes: EstimateMinutes.nullable(), position: Position, mentions: Mentions,
}
/** What a new task may say; everything but the project and the title has a default. */
export const NewTask = z.strictObject({
  projectId: Id, title: Title, status: StatusKey.optional(), blockedBy: z.array(Id).max(100).optional(), ...z.object(fields).partial().shape,
})
export type NewTask = z.infer<typeof NewTask>

/** The fields to replace; those not named stay. */
export const TaskFields = z.strictObject({ title: Title, ...fields }).partial()
export type TaskFields = z.infer<typeof TaskFields>

/** A comment on a task; a deleted one is not listed. */
export const Comment = z.object({
  id: Id, taskId: Id, authorId: Id, text: z.string(), mentions: z.array(Id),
  createdAt: Time, editedAt: Time.nullable(), version: z.number().int(),
})
export type Comment = z.infer<typeof Comment>
export const NewComment = z.strictObject({ text: z.string().trim().min(1).max(20_000), mentions: Mentions.optional() })

/** One commit of a task's history: who did what when, from where, and each changed field before and after. */
export const HistoryEntry = z.object({
  version: z.number().int(), at: Time, actor: z.string(), events: z.array(z.string()),
  changes: z.record(z.string(), z.object({ before: z.unknown(), after: z.unknown() })), correlationId: z.string(), network: Origin,
})
export type HistoryEntry = z.infer<typeof HistoryEntry>
