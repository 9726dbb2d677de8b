import type { Priority } from '../../shared/contracts/primitives.ts'
import type { TaskSort } from '../../shared/contracts/task/http.ts'
import { foldText } from '../../shared/kit/fold-text.ts'
import type { TaskRow } from './task-document.ts'

export type SortKey = string | number | null
/** A place in a sorted list: the key it is sorted by, and the id that settles equal keys. */
export type Place = { key: SortKey; id: string }
type Field = Exclude<TaskSort extends infer S ? (S extends `-${string}` ? never : S) : never, 'score'>

// A folded title can be many times as long as the title; a cursor has room for one of that length.
const LONGEST = 500
const weight: Record<Priority, number> = { none: 0, low: 1, medium: 2, high: 3, urgent: 4 }
const keys: Record<Field, (row: TaskRow) => SortKey> = {
  createdAt: row => row.createdAt, updatedAt: row => row.updatedAt, dueAt: row => row.dueAt, position: row => row.position,
  title: row => foldText(row.title).slice(0, LONGEST), priority: row => weight[row.priority],
}
const isField = (name: string): name is Field => Object.hasOwn(keys, name)

/** What a stored field sorts by; undefined for the score, which is nowhere stored. */
export const keyFor = (sort: TaskSort): ((row: TaskRow) => SortKey) | undefined => {
  const name = sort.replace(/^-/, '')
  return isField(name) ? keys[name] : undefined
}

/** Compares places; without a value means last, whichever way round. */
export const comparePlaces = (sort: TaskSort) => {
  const turn = sort.startsWith('-') ? -1 : 1
  return (a: Place, b: Place): number => {
    if (a.key !== b.key) {
      if (a.key === null) return 1
      if (b.key === null) return -1
      return a.key < b.key ? -turn : turn
    }
    if (a.id === b.id) return 0
    return a.id < b.id ? -1 : 1
  }
}

/** Rows kept in one order while they come, change and go. */
export const sortedRows = (sort: TaskSort, key: (row: TaskRow) => SortKey, initial: readonly TaskRow[]) => {
  const compare = comparePlaces(sort)
  const placeOf = (row: TaskRow): Place => ({ key: key(row), id: row._id })
  const rows = initial.map(row => ({ row, place: placeOf(row) })).sort((a, b) => compare(a.place, b.place)).map(({ row }) => row)
  /** The index of the first row that is not before the place. */
  const seek = (place: Place): number => {
    let [low, high] = [0, rows.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const row = rows[middle]
      if (row && compare(placeOf(row), place) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    rows,
    /** Where reading goes on after a place, whether or not a row still stands there. */
    after: (place: Place): number => { const at = seek(place); const row = rows[at]; return row && compare(placeOf(row), place) === 0 ? at + 1 : at },
    add: (row: TaskRow): void => { rows.splice(seek(placeOf(row)), 0, row) },
    remove: (row: TaskRow): void => { const at = seek(placeOf(row)); if (rows[at]?._id === row._id) rows.splice(at, 1) },
  }
}
