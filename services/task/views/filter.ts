import { Refused } from '../../shared/kit/decider.ts'
import { foldText } from '../../shared/kit/fold-text.ts'
import { Priority } from '../../shared/contracts/primitives.ts'
import type { TaskQuery } from '../../shared/contracts/task/http.ts'
import { closed } from '../domain/transitions.ts'
import type { TaskRow } from './task-document.ts'

/** A condition that few tasks fulfil. */
export type Narrow = { assigneeId: string } | { parentId: string }
export type Matches = (row: TaskRow) => boolean

const several = (text: string): string[] => text.split(',').map(part => part.trim()).filter(part => part !== '')
const instant = (text: string): string => new Date(text).toISOString()

/** The filters of a list request as one test; a filter that was not sent lets everything through. */
export const filterOf = (query: Partial<TaskQuery>, now: string): Matches => {
  const deleted = query.deleted === 'true'
  const tests: Matches[] = [row => row.deleted === deleted]
  const anyOf = (text: string | undefined, value: (row: TaskRow) => string): void => {
    if (text === undefined) return
    const wanted = new Set(several(text))
    tests.push(row => wanted.has(value(row)))
  }
  for (const name of several(query.priority ?? '')) {
    if (Priority.safeParse(name).success) continue
    const choices = Priority.options.join(', ')
    const errors = [{ path: 'query.priority', message: `must be one of ${choices}` }]
    throw new Refused('invalid', 'invalid', `priority: ${name} is none of ${choices}`, { errors })
  }
  anyOf(query.priority, row => row.priority)
  anyOf(query.status, row => row.status)
  anyOf(query.assigneeId, row => row.assigneeId ?? 'none')
  if (query.label !== undefined) {
    // A label may have a comma in it.
    const labels = query.label.flatMap(text => [text.trim(), ...several(text)])
    tests.push(row => labels.some(label => row.labels.includes(label)))
  }
  if (query.parentId !== undefined) tests.push(row => row.parentId === query.parentId)
  if (query.dueBefore !== undefined) { const end = instant(query.dueBefore); tests.push(row => row.dueAt !== null && row.dueAt < end) }
  if (query.dueAfter !== undefined) { const start = instant(query.dueAfter); tests.push(row => row.dueAt !== null && row.dueAt > start) }
  if (query.overdue !== undefined) {
    const wanted = query.overdue === 'true'
    tests.push(row => (row.dueAt !== null && row.dueAt < now && !closed(row.category)) === wanted)
  }
  if (query.q !== undefined) tests.push(mentioning(query.q))
  return row => tests.every(test => test(row))
}

/** Which of the filters the store can answer by itself, for few tasks: one person, or one parent. */
export const narrowOf = ({ assigneeId, parentId }: Partial<TaskQuery>): Narrow | undefined => {
  if (parentId !== undefined) return { parentId }
  const [person, ...others] = several(assigneeId ?? '')
  return person !== undefined && person !== 'none' && others.length === 0 ? { assigneeId: person } : undefined
}

/** Every word must stand in the title or the description. What folding leaves nothing of is no word, and nothing has it. */
const mentioning = (q: string): Matches => {
  const words = foldText(q).split(/\s+/).filter(word => word !== '')
  if (words.length === 0) return () => false
  return row => {
    const text = foldText(`${row.title}\n${row.description}`)
    return words.every(word => text.includes(word))
  }
}
