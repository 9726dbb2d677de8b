import type { Score } from '../../shared/contracts/task/model.ts'
import type { Difficulty, Priority } from '../../shared/contracts/primitives.ts'
import type { StatusCategory } from '../../shared/contracts/workflow.ts'
import { closed } from './transitions.ts'

/** What of a task counts for its score. */
export type Scored = {
  category: StatusCategory; priority: Priority; difficulty: Difficulty | null
  estimateMinutes: number | null; dueAt: string | null; createdAt: string
}
/** Open tasks that wait for this one, and open ones that it waits for. */
export type Counts = { blocking: number; waitingFor: number }
type Part = Score['parts'][number]

const DAY = 86_400_000
const priorityPoints: Record<Priority, number> = { none: 0, low: 6, medium: 12, high: 19, urgent: 25 }

/** How much a task wants doing now, 0–100, as the sum of parts that each say why. Closed tasks want nothing. */
export const score = (task: Scored, now: string, counts: Counts): Score => {
  if (closed(task.category)) return { value: 0, parts: [{ name: 'closed', points: 0, why: 'The task is closed.' }] }
  const parts = [
    urgency(task.dueAt, now), priority(task.priority), blocking(counts.blocking),
    age(task.createdAt, now), effort(task), progress(task.category),
  ].filter(p => p.points !== 0)
  const sum = parts.reduce((total, part) => total + part.points, 0)
  if (counts.waitingFor > 0 && sum > 0)
    parts.push({ name: 'blocked', points: -Math.ceil(sum / 2), why: `It waits for ${tasks(counts.waitingFor)} that must close first.` })
  return { value: Math.max(0, Math.min(100, parts.reduce((total, part) => total + part.points, 0))), parts }
}

const tasks = (n: number): string => (n === 1 ? 'one task' : `${n} tasks`)
const days = (n: number): string => (n === 1 ? 'one day' : `${n} days`)
const duration = (minutes: number): string => {
  const [n, unit] = minutes < 60 ? [minutes, 'minute'] : [Math.round(minutes / 60), 'hour']
  return n === 1 ? `one ${unit}` : `${n} ${unit}s`
}

const urgency = (dueAt: string | null, now: string): Part => {
  if (dueAt === null) return { name: 'urgency', points: 0, why: 'No due date.' }
  const left = (Date.parse(dueAt) - Date.parse(now)) / DAY
  if (left < 0) return { name: 'urgency', points: 35 + Math.min(5, Math.ceil(-left)), why: `Overdue by ${days(Math.ceil(-left))}.` }
  return { name: 'urgency', points: Math.round(35 * Math.exp(-left / 5)), why: left < 1 ? 'Due within a day.' : `Due in ${days(Math.floor(left))}.` }
}

const priority = (value: Priority): Part => ({ name: 'priority', points: priorityPoints[value], why: `Its priority is ${value}.` })

const blocking = (count: number): Part => ({ name: 'blocking', points: Math.min(15, 5 * count), why: `It holds up ${tasks(count)}.` })

const age = (createdAt: string, now: string): Part => {
  const weeks = Math.max(0, Math.floor((Date.parse(now) - Date.parse(createdAt)) / (7 * DAY)))
  return { name: 'age', points: Math.min(8, weeks), why: `Open for ${weeks === 1 ? 'one week' : `${weeks} weeks`}.` }
}

const effort = ({ difficulty, estimateMinutes }: Scored): Part => {
  if (difficulty !== null)
    return { name: 'effort', points: Math.ceil((difficulty * 7) / 13), why: `Its difficulty is ${difficulty}: the harder, the earlier to begin.` }
  const minutes = estimateMinutes ?? 0
  const points = Math.min(7, Math.ceil(Math.round(minutes / 60) / 4))
  return { name: 'effort', points, why: `It is estimated at ${duration(minutes)}: the longer, the earlier to begin.` }
}

const progress = (category: StatusCategory): Part => {
  if (category === 'review') return { name: 'progress', points: 5, why: 'It is nearly done.' }
  return { name: 'progress', points: category === 'active' ? 3 : 0, why: 'It has been started.' }
}
