import type { Difficulty, Priority } from '../../../services/shared/contracts/primitives.ts'
import { BulkOperation } from '../../../services/shared/contracts/task/bulk.ts'
import { PersonName } from '../../../services/shared/contracts/user/resources.ts'
import type { Column } from './columns.ts'
import type { Item } from './item.ts'

const priorities: Readonly<Record<string, Priority>> = {
  '': 'none', none: 'none',
  lowest: 'low', low: 'low', minor: 'low', trivial: 'low', p4: 'low',
  medium: 'medium', normal: 'medium', major: 'medium', p3: 'medium',
  high: 'high', important: 'high', p2: 'high',
  urgent: 'urgent', highest: 'urgent', critical: 'urgent', blocker: 'urgent', p0: 'urgent', p1: 'urgent',
}
const steps: readonly Difficulty[] = [1, 2, 3, 5, 8, 13]

// What the platform takes of each.
const [mostDescription, mostLabel, mostLabels] = [50_000, 60, 50]

/** A row as an item and what had to be cut of it, or the reason why it is none. */
export const itemOf = (cell: (column: Column) => string, fallbackRef: string): { item: Item; cuts: string[] } | string => {
  const [title, priority, size, estimate] = [cell('title'), priorities[cell('priority').toLowerCase()], cell('size'), cell('estimate')]
  const [openedAt, dueAt, completedAt] = [instant(cell('openedAt')), instant(cell('dueAt')), instant(cell('completedAt'))]
  if (title === '') return 'it has no title'
  if (title.length > 500) return `its title has ${title.length} characters; 500 is the most`
  if (priority === undefined) return `"${cell('priority')}" is not a priority`
  if (openedAt === undefined) return `"${cell('openedAt')}" is not a date`
  if (dueAt === undefined) return `"${cell('dueAt')}" is not a date`
  if (completedAt === undefined) return `"${cell('completedAt')}" is not a date`
  if (openedAt !== null && completedAt !== null && openedAt > completedAt) return 'it was completed before it was opened'
  if (size !== '' && !(Number(size) >= 0)) return `"${size}" is not a size`
  if (estimate !== '' && !(Number(estimate) >= 0)) return `"${estimate}" is not an estimate in minutes`
  const description = cell('description')
  const said = [...split(cell('labels')), cell('kind'), cell('area')].map(l => l.trim()).filter(l => l !== '')
  const labels = [...new Set(said.map(l => cut(l, mostLabel)))]
  const item: Item = {
    ref: withoutHash(cell('ref')) || fallbackRef, title, description: cut(description, mostDescription),
    labels: labels.slice(0, mostLabels), person: cell('person') || null, priority,
    difficulty: size === '' ? null : steps.findLast(step => step <= Math.max(1, Number(size))) ?? null,
    estimateMinutes: estimate === '' ? null : Math.round(Number(estimate)),
    openedAt, dueAt, completedAt, relatesTo: split(cell('relatesTo'), /[;,|\s]+/).map(withoutHash),
  }
  const cuts = [
    ...(description.length > mostDescription ? [`its description is cut to ${mostDescription} of ${description.length} characters`] : []),
    ...said.filter(l => l.length > mostLabel).map(l => `its label "${cut(l, 40)}…" is cut to ${mostLabel} of ${l.length} characters`),
    ...(labels.length > mostLabels ? [`of its ${labels.length} labels only ${mostLabels} are taken`] : []),
  ]
  return refusal(item) ?? { item, cuts }
}

/** Why the platform would not take an item; asked here, because one that it does not understand costs all others of its request. */
const refusal = ({ ref, title, description, labels, priority, difficulty, estimateMinutes, openedAt, dueAt, person }: Item): string | undefined => {
  const texts = [ref, title, description, person ?? '', ...labels]
  if (texts.some(text => text.includes('\0') || !text.isWellFormed())) return 'it holds characters that are no text'
  if (person !== null && !PersonName.safeParse(person).success) return `"${cut(person, 40)}" is not the name of a person: one line of at most 100 characters`
  const asked = BulkOperation.safeParse({
    op: 'create', key: ref,
    task: { projectId: 'any', title, description, labels, priority, difficulty, estimateMinutes, startAt: openedAt, dueAt },
  })
  return asked.success ? undefined : asked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
}

/** At most so many characters, and no half of one. */
const cut = (text: string, most: number): string => text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')
const withoutHash = (ref: string): string => ref.replace(/^#/, '')

const split = (text: string, by = /[;,|]/): string[] => text.split(by).map(part => part.trim()).filter(part => part !== '')

const isoLike = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/
const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/

/** An instant (UTC unless it says otherwise), null for nothing, undefined for something that is no date. */
const instant = (text: string): string | null | undefined => {
  if (text === '') return null
  const german = dotted.exec(text)
  const iso = german ? `${german[3]}-${german[2]?.padStart(2, '0')}-${german[1]?.padStart(2, '0')}` : text
  const parts = isoLike.exec(iso)
  if (!parts) return undefined
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = parts
  // A day that the month does not have would roll over into the next one.
  if (new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day)) return undefined
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`)
  return Number.isNaN(at.getTime()) || at.getUTCFullYear() < 1970 || at.getUTCFullYear() >= 2200 ? undefined : at.toISOString()
}
