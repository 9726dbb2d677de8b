import { z } from 'zod'
import { operation } from '../define.ts'
import { Id, page, paging, Time } from '../primitives.ts'
import { Day, TimeEntry, Timer } from './schemas.ts'

const params = z.object({ id: Id })
const Note = z.string().max(2000).default('')
/** An instant, or a day, which means its first moment as `from` and its last as `to`. */
const Moment = z.union([Time, Day])

export const GroupBy = z.enum(['user', 'task', 'day'])
const Report = z.object({
  groupBy: GroupBy, from: Time.nullable(), to: Time.nullable(), totalMinutes: z.number().int(),
  rows: z.array(z.object({ key: z.string().nullable(), minutes: z.number().int(), entries: z.number().int() })),
})
export const Week = z.object({
  // The first Monday lies in 1969.
  week: z.iso.date(), capacityMinutes: z.number().int(), allocatedPercent: z.number(),
  allocatedMinutes: z.number().int(), bookedMinutes: z.number().int(), overAllocated: z.boolean(),
  projects: z.array(z.object({ projectId: Id, allocationPercent: z.number() })),
})
export type Week = z.infer<typeof Week>

export const timeOperations = {
  allocation: operation({
    method: 'GET', path: '/api/projects/allocation', access: 'user', status: 200, summary: 'Per person and week: capacity, allocated, booked, over-allocated',
    query: z.strictObject({ ...paging, from: Moment, to: Moment, capacityHours: z.coerce.number().min(1).max(168).default(40) }),
    reply: page(z.object({ userId: Id, weeks: z.array(Week) })), errors: { 'bad-range': 400, 'bad-cursor': 400 },
  }),
  runningTimer: operation({
    method: 'GET', path: '/api/projects/timer', access: 'user', status: 200, summary: 'Your running timer, or null',
    reply: z.object({ timer: Timer.nullable() }),
  }),
  stopTimer: operation({
    method: 'POST', path: '/api/projects/timer/stop', access: 'user', status: 200, summary: 'Stop your timer; its time becomes an entry',
    reply: TimeEntry, errors: { 'timer-not-running': 409 },
  }),
  startTimer: operation({
    method: 'POST', path: '/api/projects/:id/timer/start', access: 'user', status: 201, summary: 'Start your timer in a project; one runs at a time',
    params, body: z.strictObject({ taskId: Id.optional(), note: Note }), reply: Timer,
    errors: { 'project-unknown': 404, 'task-unknown': 404, 'timer-running': 409, 'project-archived': 409 },
  }),
  logTime: operation({
    method: 'POST', path: '/api/projects/:id/time', access: 'user', status: 201, summary: 'Log time you worked',
    params, body: z.strictObject({ taskId: Id.optional(), minutes: z.number().int().min(1).max(1440), startedAt: Time, note: Note }), reply: TimeEntry,
    errors: { 'project-unknown': 404, 'task-unknown': 404, 'time-in-future': 409, 'project-archived': 409 },
  }),
  listTime: operation({
    method: 'GET', path: '/api/projects/:id/time', access: 'user', status: 200, summary: 'List the time logged in a project, newest first',
    params, query: z.strictObject({ ...paging, from: Moment.optional(), to: Moment.optional(), userId: Id.optional(), taskId: Id.optional() }),
    reply: page(TimeEntry), errors: { 'project-unknown': 404, 'bad-range': 400, 'bad-cursor': 400 },
  }),
  timeReport: operation({
    method: 'GET', path: '/api/projects/:id/time/report', access: 'user', status: 200, summary: 'Time logged in a project, by person, task or day (UTC)',
    params, query: z.strictObject({ from: Moment.optional(), to: Moment.optional(), groupBy: GroupBy.default('user') }),
    reply: Report, errors: { 'project-unknown': 404, 'bad-range': 400 },
  }),
  removeTime: operation({
    method: 'DELETE', path: '/api/projects/:id/time/:entryId', access: 'user', status: 204, summary: 'Delete an entry: your own, or as a manager anybody’s',
    params: z.object({ id: Id, entryId: Id }), errors: { 'project-unknown': 404, 'entry-unknown': 404 },
  }),
}
