import { inParallel } from '../../shared/kit/in-parallel.ts'
import { keyFor } from './order.ts'
import { projectIndex, type Found, type ProjectIndex, type Wanted } from './project-index.ts'
import type { TaskRow } from './task-document.ts'

const LOOKUPS = 16

/**
 * What a list wants of a few tasks, in an index of their own: a person's tasks are found without the projects in which they lie.
 * For their scores it takes in what they are linked to: of those shown, or of all that match where the score is what they are sorted by.
 */
export const findAmong = async (
  few: readonly TaskRow[], wanted: Wanted, load: (id: string) => Promise<TaskRow | undefined>,
): Promise<(Found & { index: ProjectIndex })[]> => {
  const index = projectIndex()
  for (const row of few) index.put(row)
  const known = new Set(few.map(row => row._id))
  const takeLinked = async (rows: readonly TaskRow[]): Promise<void> => {
    const linked = new Set(rows.flatMap(row => [...row.blocks, ...row.blockedBy]).filter(id => !known.has(id)))
    for (const row of await inParallel([...linked], LOOKUPS, load)) if (row) index.put(row)
  }
  const byScore = keyFor(wanted.sort) === undefined
  if (byScore) await takeLinked(few.filter(wanted.matches))
  const found = await index.find({ ...wanted, matches: row => known.has(row._id) && wanted.matches(row) })
  if (!byScore) await takeLinked(found.map(({ row }) => row))
  return found.map(hit => ({ ...hit, index }))
}
