import type { TaskFields } from '../../shared/contracts/task/model.ts'
import type { Existing, Fields } from '../domain/task-state.ts'
import { checkedRule, demandNext } from '../domain/recurrence.ts'

// One spelling of an instant, so that times compare as text.
const instant = (text: string): string => new Date(text).toISOString()
const timeOrNone = (text: string | null): string | null => (text === null ? null : instant(text))

/** What a request says of the fields, in the spelling that is stored; fields it does not name are absent. */
const fieldsOf = (said: TaskFields): Partial<Fields> => {
  const { mentions: _, startAt, dueAt, recurrence, labels, ...rest } = said
  return {
    ...defined(rest),
    ...(startAt !== undefined && { startAt: timeOrNone(startAt) }),
    ...(dueAt !== undefined && { dueAt: timeOrNone(dueAt) }),
    ...(recurrence !== undefined && { recurrence: recurrence === null ? null : checkedRule(recurrence) }),
    ...(labels !== undefined && { labels: [...new Set(labels)] }),
  }
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }
const defined = <T extends object>(given: T): Defined<T> => {
  const copy: Defined<T> = { ...given }
  for (const key in copy) if (copy[key] === undefined) delete copy[key]
  return copy
}

/** A whole set of fields for a new task. Its position puts it below those that are there. */
export const newFields = (title: string, said: TaskFields, at: string): Fields => {
  const fields: Fields = {
    description: '', priority: 'none', difficulty: null, startAt: null, dueAt: null, recurrence: null, timezone: null,
    assigneeId: null, parentId: null, labels: [], estimateMinutes: null, position: Date.parse(at), ...fieldsOf(said), title,
  }
  demandNext(fields, at)
  return fields
}

const ofSeries = ['startAt', 'dueAt', 'recurrence', 'timezone'] as const
/** The fields that a request gives to a task that is there. */
export const changedFields = (task: Existing, said: TaskFields): Partial<Fields> => {
  const fields = fieldsOf(said)
  if (ofSeries.some(field => fields[field] !== undefined && fields[field] !== task[field])) demandNext({ ...task, ...fields }, task.createdAt)
  return fields
}
