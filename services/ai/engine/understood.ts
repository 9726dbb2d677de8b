import { Temporal } from 'temporal-polyfill'
import type { Proposal, ProposedTask } from '../../shared/contracts/ai/http.ts'
import { isRule } from '../local/first-occurrence.ts'
import { blockers } from '../local/markers.ts'
import { questions } from '../local/parse.ts'
import { namedBy } from '../local/people.ts'
import type { Ask } from './engine.ts'
import type { Answer } from './prompt.ts'

/** The model's answer as a proposal, with nothing in it that the text or the caller's project does not bear out. */
export const understood = (answer: Answer, ask: Ask): Proposal => {
  const evidence = answer.evidence.flatMap(({ field, words }) => {
    const start = words === '' ? -1 : ask.text.indexOf(words)
    return start < 0 ? [] : [{ field, words, start }]
  })
  // A person stands in the proposal only when the words given for him do name him.
  const words = evidence.find(e => e.field === 'assigneeId')?.words ?? ''
  const chosen = answer.assignee === null ? undefined : ask.people[answer.assignee]
  const named = [...words.matchAll(/(@?)([^\s@,]+)/gu)].flatMap(([, at, word = '']) => namedBy(word, ask, at === '@'))
  const assignee = chosen && named.some(person => person.id === chosen.id) ? chosen : undefined
  const task: ProposedTask = {
    projectId: ask.projectId, title: answer.title, description: answer.description, priority: answer.priority,
    startAt: instant(answer.start, ask.timezone, false), dueAt: instant(answer.due, ask.timezone, true),
    recurrence: answer.recurrence !== null && isRule(answer.recurrence) ? answer.recurrence : null,
    assigneeId: assignee?.id ?? null, labels: [...new Set(answer.labels)],
    blockedBy: [...new Set(blockers(ask.text).flatMap(span => span.value))].slice(0, 50), estimateMinutes: answer.estimateMinutes,
  }
  const candidates = [...new Set(named)]
  const unclear = words !== '' && !assignee ? { words, people: candidates.length > 1 ? candidates : [] } : undefined
  return { task, evidence, questions: questions(task, unclear) }
}

/** A wall-clock time of the speaker; a day alone begins, or ends, with that day. */
const instant = (local: string | null, timezone: string, end: boolean): string | null => {
  if (local === null) return null
  try {
    const time = local.includes('T') ? local : `${local}T${end ? '23:59' : '00:00'}`
    const zoned = Temporal.PlainDateTime.from(time, { overflow: 'reject' }).toZonedDateTime(timezone, { disambiguation: 'compatible' })
    const at = new Date(zoned.epochMilliseconds).toISOString()
    return at >= '1970' && at < '2200' ? at : null
  } catch { return null }
}
