import { invalid, type FieldError } from '../problem.ts'

const maxDepth = 32
// The largest template has some 56,000. Schemas take their time for each, in which nobody else is answered.
export const maxValues = 100_000
const forbidden = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * What no schema should have to think about: prototype keys, database operators, text that no store can hold, absurd nesting. Each is named with its path.
 * Throws `Refused('invalid')` at once where there are more than `most` values.
 */
export const inspect = (value: unknown, most = maxValues): FieldError[] => {
  const errors: FieldError[] = []
  look(value, [], { errors, most, left: most })
  return errors
}

type Search = { errors: FieldError[]; most: number; left: number }
const look = (value: unknown, path: string[], search: Search): void => {
  const { errors } = search
  if (typeof value === 'string') {
    if (value.includes('\0') || !value.isWellFormed()) errors.push({ path: path.join('.'), message: 'must be well-formed text without NUL' })
    return
  }
  if (typeof value !== 'object' || value === null) return
  if (path.length >= maxDepth) { errors.push({ path: path.slice(0, 3).join('.'), message: `is nested deeper than ${maxDepth} levels` }); return }
  if (errors.length > 100) return
  const keys = Object.keys(value)
  search.left -= keys.length
  if (search.left < 0) throw invalid([{ path: path.slice(0, 3).join('.'), message: `must not hold more than ${search.most} values` }])
  for (const key of keys) {
    path.push(key)
    const reason = Array.isArray(value) ? undefined : refusal(key)
    if (reason) errors.push({ path: path.join('.'), message: reason })
    else look(Reflect.get(value, key), path, search)
    path.pop()
  }
}

/** Whether a field of this name is let in. */
export const isPermitted = (key: string): boolean => refusal(key) === undefined

const refusal = (key: string): string | undefined => {
  if (forbidden.has(key)) return 'is not a permitted field name'
  if (key.startsWith('$')) return 'is not a permitted field name: operators are not taken'
  return key.includes('\0') || !key.isWellFormed() ? 'is not a permitted field name' : undefined
}
