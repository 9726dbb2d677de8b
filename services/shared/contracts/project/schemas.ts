import { z } from 'zod'
import { Difficulty, Id, oneLine, Priority, ProjectRole, Time } from '../primitives.ts'
import { Workflow } from '../workflow.ts'
import { ProjectStatus } from './events.ts'

/** A line of text a person wrote: trimmed, not empty, no control characters. */
const line = (max: number) => z.string().trim().min(1).max(max).regex(oneLine, 'must not hold control characters')
export const Name = line(200)
export const Description = z.string().max(20_000)
/** The short unique name of a project within its organization. */
export const Key = z.string().regex(/^[A-Z][A-Z0-9]{1,9}$/, 'must be 2 to 10 capital letters or digits, the first a letter')
export const AllocationPercent = z.number().min(0).max(100)
/** A calendar day. */
export const Day = z.iso.date().refine(d => d >= '1970' && d < '2200', 'must lie between the years 1970 and 2200')

export const Member = z.object({ userId: Id, role: ProjectRole, allocationPercent: AllocationPercent })
export type Member = z.infer<typeof Member>

export const Project = z.object({
  id: Id, name: z.string(), key: z.string(), description: z.string(), status: ProjectStatus, startAt: Time.nullable(), dueAt: Time.nullable(),
  workflow: Workflow, members: z.array(Member), createdAt: Time, updatedAt: Time, version: z.number().int(),
})
export type Project = z.infer<typeof Project>

/** A task of a template. `key` names it within the template; days count from the day the project is created. */
export const TemplateTask = z.strictObject({
  key: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and dashes'),
  title: line(500), description: Description.default(''), priority: Priority.default('none'), difficulty: Difficulty.nullable().default(null),
  labels: z.array(line(60)).max(50).default([]), startDay: z.number().int().min(0).max(3650).nullable().default(null),
  dueDay: z.number().int().min(0).max(3650).nullable().default(null), estimateMinutes: z.number().int().min(1).max(600_000).nullable().default(null),
  blockedBy: z.array(z.string()).max(50).default([]),
})
export type TemplateTask = z.infer<typeof TemplateTask>

export const TemplateSource = z.enum(['shipped', 'organization'])
export const Template = z.object({
  id: Id, name: z.string(), description: z.string(), source: TemplateSource, workflow: Workflow,
  tasks: z.array(TemplateTask), createdAt: Time.nullable(), version: z.number().int(),
})
export type Template = z.infer<typeof Template>
export const TemplateSummary = Template.omit({ tasks: true, workflow: true, version: true })
  .extend({ taskCount: z.number().int(), estimateMinutes: z.number().int() })

export const TimeEntry = z.object({
  id: Id, projectId: Id, taskId: Id.nullable(), userId: Id,
  minutes: z.number().int(), startedAt: Time, note: z.string(), createdAt: Time, version: z.number().int(),
})
export type TimeEntry = z.infer<typeof TimeEntry>
/** `version` is that of the person's timer: it grows with each start and stop. */
export const Timer = z.object({ entryId: Id, projectId: Id, taskId: Id.nullable(), note: z.string(), startedAt: Time, version: z.number().int() })
export type Timer = z.infer<typeof Timer>
