import type { Difficulty, Priority } from '../../../services/shared/contracts/primitives.ts'

/** A piece of work as a backlog knows it, wherever it came from. `ref` names it there; `relatesTo` are refs of others that it builds on. */
export type Item = {
  ref: string
  title: string
  description: string
  labels: string[]
  person: string | null
  priority: Priority
  difficulty: Difficulty | null
  estimateMinutes: number | null
  openedAt: string | null
  dueAt: string | null
  completedAt: string | null
  relatesTo: string[]
}
/** A row that was not taken, or not as it stood, and why. */
export type BadRow = { line: number; reason: string }
/** `cut`: what was too long of rows that were taken; `lineOf`: where each item stands in its file, by its ref. */
export type Backlog = { items: Item[]; bad: BadRow[]; cut: BadRow[]; ignoredColumns: string[]; lineOf: ReadonlyMap<string, number> }
