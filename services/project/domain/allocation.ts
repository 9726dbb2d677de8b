import type { Week } from '../../shared/contracts/project/time.ts'

const dayMs = 86_400_000
type Staffed = { id: string; startAt: string | null; dueAt: string | null; members: readonly { userId: string; allocationPercent: number }[] }
type Booked = { userId: string; startedAt: string; minutes: number }
type Question = { projects: readonly Staffed[]; booked: readonly Booked[]; from: string; to: string; capacityMinutes: number }

/** The Monday (UTC) of the week in which an instant lies. */
export const mondayOf = (at: string): string => {
  const day = Math.floor(Date.parse(at) / dayMs)
  return new Date((day - ((day + 3) % 7)) * dayMs).toISOString().slice(0, 10)
}

/** Every Monday of the weeks that a span touches. */
export const mondaysBetween = (from: string, to: string): string[] => {
  const [first, last] = [Date.parse(mondayOf(from)), Date.parse(mondayOf(to))]
  return Array.from({ length: Math.max(0, Math.round((last - first) / (7 * dayMs)) + 1) }, (_, i) => new Date(first + i * 7 * dayMs).toISOString().slice(0, 10))
}

/** Per person and week: what there is, what projects lay claim to, what was worked. A project claims the weeks it runs in; one without dates runs always. */
export const allocationOf = ({ projects, booked, from, to, capacityMinutes }: Question): { userId: string; weeks: Week[] }[] => {
  const people = [...new Set([...projects.flatMap(p => p.members.map(m => m.userId)), ...booked.map(b => b.userId)])].toSorted()
  const mondays = mondaysBetween(from, to)
  const worked = new Map<string, number>()
  for (const b of booked) { const at = `${b.userId}/${mondayOf(b.startedAt)}`; worked.set(at, (worked.get(at) ?? 0) + b.minutes) }
  const running = new Map(mondays.map(week => [week, projects.filter(p => runsIn(p, week))]))
  return people.map(userId => ({
    userId,
    weeks: mondays.map(week => weekOf(userId, week, running.get(week) ?? [], worked.get(`${userId}/${week}`) ?? 0, capacityMinutes)),
  }))
}

const weekOf = (userId: string, week: string, projects: readonly Staffed[], bookedMinutes: number, capacityMinutes: number): Week => {
  const claims = projects.flatMap(p => p.members
    .filter(m => m.userId === userId && m.allocationPercent > 0)
    .map(m => ({ projectId: p.id, allocationPercent: m.allocationPercent })))
  // Seven times 14.3 and the like add up to a little more than they are.
  const allocatedPercent = Math.round(claims.reduce((sum, c) => sum + c.allocationPercent, 0) * 1e6) / 1e6
  return {
    week, capacityMinutes, allocatedPercent,
    allocatedMinutes: Math.round((capacityMinutes * allocatedPercent) / 100),
    bookedMinutes,
    overAllocated: allocatedPercent > 100,
    projects: claims,
  }
}

const runsIn = ({ startAt, dueAt }: Staffed, monday: string): boolean => {
  const begin = Date.parse(monday)
  return (startAt === null || Date.parse(startAt) < begin + 7 * dayMs) && (dueAt === null || Date.parse(dueAt) >= begin)
}
