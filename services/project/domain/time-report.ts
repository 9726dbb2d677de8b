type Entry = { userId: string; taskId: string | null; startedAt: string; minutes: number }
type Row = { key: string | null; minutes: number; entries: number }

const keyOf = {
  user: (entry: Entry) => entry.userId,
  task: (entry: Entry) => entry.taskId,
  day: (entry: Entry) => entry.startedAt.slice(0, 10),
}

/** Minutes by person, task or day (UTC): most first, days in their order. Its rows add up to the total. */
export const timeReport = (entries: readonly Entry[], groupBy: keyof typeof keyOf): { rows: Row[]; totalMinutes: number } => {
  const rows = new Map<string | null, Row>()
  for (const entry of entries) {
    const key = keyOf[groupBy](entry)
    const row = rows.get(key) ?? { key, minutes: 0, entries: 0 }
    rows.set(key, { key, minutes: row.minutes + entry.minutes, entries: row.entries + 1 })
  }
  const byKey = (a: Row, b: Row): number => (a.key ?? '') < (b.key ?? '') ? -1 : 1
  return {
    rows: [...rows.values()].toSorted((a, b) => (groupBy === 'day' ? byKey(a, b) : b.minutes - a.minutes || byKey(a, b))),
    totalMinutes: entries.reduce((sum, e) => sum + e.minutes, 0),
  }
}
