import { z } from 'zod'
import { ProjectRole } from './primitives.ts'

/** What a status means to the platform, whatever the project calls it. `done` and `cancelled` close a task. */
export const StatusCategory = z.enum(['open', 'active', 'review', 'done', 'cancelled'])
export type StatusCategory = z.infer<typeof StatusCategory>

/** The key of a status within its workflow, such as `in_progress`. */
export const StatusKey = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be lower-case letters, digits and underscores')

const Status = z.strictObject({ key: StatusKey, name: z.string().trim().min(1).max(60), category: StatusCategory })
const Transition = z.strictObject({ from: z.union([StatusKey, z.literal('*')]), to: StatusKey, roles: z.array(ProjectRole).min(1).max(4).optional() })

/**
 * How the tasks of a project may move. A transition from `*` leaves every status; without `roles` everybody who may edit takes it.
 * `blockedMay` says how far a task with an open blocker may go: not even `wait` any longer than its open statuses (the default),
 * or `start` but not be finished.
 */
export const Workflow = z.strictObject({
  statuses: z.array(Status).min(2).max(40),
  transitions: z.array(Transition).min(1).max(400),
  initial: StatusKey,
  blockedMay: z.enum(['wait', 'start']).optional(),
})
export type Workflow = z.infer<typeof Workflow>

/** The workflow of a project that defines none: forwards one step at a time, back one step, cancelled from anywhere, and reopened. */
export const defaultWorkflow: Workflow = {
  statuses: [
    { key: 'todo', name: 'To do', category: 'open' },
    { key: 'in_progress', name: 'In progress', category: 'active' },
    { key: 'in_review', name: 'In review', category: 'review' },
    { key: 'done', name: 'Done', category: 'done' },
    { key: 'cancelled', name: 'Cancelled', category: 'cancelled' },
  ],
  transitions: [
    { from: 'todo', to: 'in_progress' },
    { from: 'in_progress', to: 'in_review' },
    { from: 'in_review', to: 'done' },
    { from: 'in_progress', to: 'todo' },
    { from: 'in_review', to: 'in_progress' },
    { from: 'done', to: 'in_progress' },
    { from: 'done', to: 'todo' },
    { from: 'cancelled', to: 'todo' },
    { from: '*', to: 'cancelled' },
  ],
  initial: 'todo',
}
