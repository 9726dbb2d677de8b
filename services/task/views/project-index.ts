import type { TaskSort } from '../../shared/contracts/task/http.ts'
import { score, type Counts } from '../domain/score.ts'
import { closed } from '../domain/transitions.ts'
import type { Matches } from './filter.ts'
import { comparePlaces, keyFor, sortedRows, type Place } from './order.ts'
import type { TaskRow } from './task-document.ts'
import { turns, type Turns } from './unhurried.ts'

export type Found = { row: TaskRow; place: Place }
export type Wanted = { matches: Matches; sort: TaskSort; after: Place | undefined; count: number; now: string }

/**
 * The tasks of one project in memory, in every order that was asked for. A list then touches what it shows (and what its filters pass over),
 * whatever the size of the project; only the score, which changes with time, is computed for all that match.
 */
export const projectIndex = () => {
  const rows = new Map<string, TaskRow>()
  const orders = new Map<TaskSort, ReturnType<typeof sortedRows>>()
  const isOpen = (id: string): boolean => { const row = rows.get(id); return row !== undefined && !row.deleted && !closed(row.category) }
  const countsOf = (row: Pick<TaskRow, 'blocks' | 'blockedBy'>): Counts =>
    ({ blocking: row.blocks.filter(isOpen).length, waitingFor: row.blockedBy.filter(isOpen).length })

  const orderBy = (sort: TaskSort, key: (row: TaskRow) => Place['key']) => {
    const known = orders.get(sort) ?? sortedRows(sort, key, [...rows.values()])
    orders.set(sort, known)
    return known
  }
  const byScore = async ({ matches, sort, after, count, now }: Wanted, turn: Turns): Promise<Found[]> => {
    const compare = comparePlaces(sort)
    const all: Found[] = []
    for (const row of rows.values()) {
      if (matches(row)) all.push({ row, place: { key: score(row, now, countsOf(row)).value, id: row._id } })
      if (turn.due()) await turn.pause()
    }
    return all.filter(found => !after || compare(found.place, after) > 0).sort((a, b) => compare(a.place, b.place)).slice(0, count)
  }

  return {
    get size(): number { return rows.size },
    countsOf,
    /** Takes a row unless it knows a newer one. */
    put: (row: TaskRow): void => {
      const known = rows.get(row._id)
      if (known && known.version >= row.version) return
      rows.set(row._id, row)
      for (const order of orders.values()) {
        if (known) order.remove(known)
        order.add(row)
      }
    },
    /** Others have their turn while it looks, by the `turn` of the whole work that it is a part of; what they change meanwhile it may pass over. */
    find: async (wanted: Wanted, turn = turns()): Promise<Found[]> => {
      const key = keyFor(wanted.sort)
      if (!key) return byScore(wanted, turn)
      const order = orderBy(wanted.sort, key)
      const found: Found[] = []
      let rest: readonly TaskRow[] = order.rows
      for (let i = wanted.after ? order.after(wanted.after) : 0; i < rest.length && found.length < wanted.count; i++) {
        const row = rest[i]
        if (row && wanted.matches(row)) found.push({ row, place: { key: key(row), id: row._id } })
        if (!turn.due()) continue
        // Rows that come and go would shift the others.
        if (rest === order.rows) rest = [...order.rows]
        await turn.pause()
      }
      return found
    },
  }
}
export type ProjectIndex = ReturnType<typeof projectIndex>
