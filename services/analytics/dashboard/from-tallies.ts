import type { Figure } from './tallies.ts'
import { round, type Activity, type State } from './recounted.ts'

/** Adds up some figures by a key of theirs; what adds nothing has no entry. */
const sums = (figures: readonly Figure[], keyOf: (figure: Figure) => string, value: (figure: Figure) => number): Map<string, number> => {
  const all = new Map<string, number>()
  for (const figure of figures) if (value(figure) > 0) all.set(keyOf(figure), (all.get(keyOf(figure)) ?? 0) + value(figure))
  return all
}
const total = (figures: readonly Figure[], value: (figure: Figure) => number): number => figures.reduce((sum, figure) => sum + value(figure), 0)
const [n, more, key, who] = [(f: Figure) => f.amount, (f: Figure) => f.more, (f: Figure) => f.key, (f: Figure) => f.who]

/** What the rows of `figuresSql` say, in the words of a recount. */
export const fromTallies = (figures: readonly Figure[]): { state: State; activity: Activity[] } => {
  const of = (what: string): Figure[] => figures.filter(figure => figure.figure === what)
  const hours = (what: string): State['leadHours'] => {
    const [found] = of(`${what} hours`)
    const [p50 = null, p85 = null, p95 = null] = found?.hours ?? []
    return { p50: round(p50), p85: round(p85), p95: round(p95) }
  }
  const [created, done, doneBy, now] = [of('created'), of('done'), of('done by'), of('now by')]
  const live = now.filter(f => f.kind !== 'done' && f.kind !== 'cancelled')
  const moving = live.filter(f => f.kind === 'active' || f.kind === 'review')
  const someones = (all: readonly Figure[]): Figure[] => all.filter(f => f.who !== '')
  return {
    state: {
      createdPerDay: sums(created, key, n), completedPerDay: sums(done, key, n), leadHours: hours('done'), cycleHours: hours('cycle'),
      open: total(live, n), inProgress: total(moving, n), overdue: total(live, more), completed: total(done, n), byStatus: sums(now, key, n),
      loadOpen: sums(someones(live), who, n), loadInProgress: sums(someones(moving), who, n),
      loadOverdue: sums(someones(live), who, more), loadCompleted: sums(someones(doneBy), who, n),
    },
    activity: of('active').map(f => ({ day: f.key, events: f.amount, people: f.more })),
  }
}
