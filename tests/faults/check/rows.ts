import { topics } from '../../../services/shared/contracts/topics.ts'
import type { CloudEvent } from '../../../services/shared/contracts/feed.ts'
import { envelopeOf } from '../../../services/shared/kit/events/consumer/handler.ts'
import { canonicalJson } from '../../../services/shared/kit/events/log/commit.ts'
import { people } from '../../../services/analytics/dashboard/sql.ts'
import { rowOf, type EventRow } from '../../../services/analytics/events/row.ts'

const times = ['at', 'due_at', 'created_at', 'started_at', 'completed_at'] as const
const instant = (time: string | null): string | null => (time === null ? null : new Date(time).toISOString())

/** A row as text, so that the spelling of a time and the order of fields make no difference. */
export const textOf = (row: EventRow): string =>
  canonicalJson({ ...row, ...Object.fromEntries(times.map(name => [name, instant(row[name])])), data: JSON.parse(row.data) })

/** The row of an event, as it stands there once these people were taken out of it. */
export const dueRow = (event: CloudEvent, gone: ReadonlySet<string>): EventRow | undefined => {
  const topic = topics.find(t => t.producer === event.source)
  if (!topic) return undefined
  const row = rowOf(envelopeOf(event, topic))
  const blank = Object.fromEntries(people.filter(column => gone.has(row[column])).map(column => [column, '']))
  return { ...row, ...blank, data: [...gone].reduce((data, id) => data.replaceAll(id, ''), row.data) }
}
