import { z } from 'zod'
import { operation } from '../define.ts'
import { Id, Priority, Time } from '../primitives.ts'
import { taskApi } from '../task/http.ts'
import { Task } from '../task/model.ts'
import { Timezone } from '../timezone.ts'

export const Engine = z.enum(['claude', 'local'])
export type Engine = z.infer<typeof Engine>

/**
 * The fields of a new task as `POST /api/tasks` takes them; what the text does not say stays null or empty.
 * `timezone` is there with a recurrence: its days are those of the speaker.
 */
export const ProposedTask = z.object({
  projectId: Id.nullable(), title: z.string().max(500), description: z.string().max(20_000), priority: Priority,
  startAt: Time.nullable(), dueAt: Time.nullable(), recurrence: z.string().max(500).nullable(), timezone: Timezone.optional(),
  assigneeId: Id.nullable(), labels: z.array(z.string().min(1).max(60)).max(50), blockedBy: z.array(Id).max(50),
  estimateMinutes: z.number().int().min(1).max(600_000).nullable(),
})
export type ProposedTask = z.infer<typeof ProposedTask>

const field = ProposedTask.keyof()
/** Which words of the text led to a field, and where they stand. */
export const Evidence = z.object({ field, words: z.string(), start: z.number().int() })
/** What the text leaves open, with the choices there are. */
export const Question = z.object({ field, words: z.string(), question: z.string(), options: z.array(z.object({ id: Id, label: z.string() })) })

export const Proposal = z.object({ task: ProposedTask, evidence: z.array(Evidence), questions: z.array(Question) })
export type Proposal = z.infer<typeof Proposal>

export const aiApi = {
  naturalLanguage: operation({
    method: 'POST', path: '/api/ai/natural-language', access: 'user', status: 200, patienceMs: 14_000,
    summary: 'A sentence becomes a proposal for a task, each field with the words it came from; `commit` creates it under your own rights',
    body: z.strictObject({
      text: z.string().trim().min(1).max(2000), projectId: Id.optional(), timezone: Timezone.optional(), commit: z.boolean().default(false),
    }),
    reply: z.object({ analysisId: Id, engine: Engine, engineNote: z.string().nullable(), proposal: Proposal, task: Task.optional() }),
    errors: { ...taskApi.createTask.errors, 'project-unknown': 404, 'proposal-open': 409 },
  }),
}
