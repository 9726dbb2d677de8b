import type { Proposal, ProposedTask } from '../../shared/contracts/ai/http.ts'
import { dates } from './dates.ts'
import type { Now } from './found-date.ts'
import { blockers, estimates, labels, priorities } from './markers.ts'
import { assignee, type Mention, type Person } from './people.ts'
import { withoutQuoted } from './quoted.ts'
import { recurrence } from './recurrence.ts'
import { schedule } from './schedule.ts'
import { remainder, without, type Span } from './span.ts'
import { titled } from './title.ts'

export type Context = Now & { projectId: string | null; people: readonly Person[]; userId: string }

/**
 * Reads a sentence as a task. Pure: each word is used once, what is left is the title (and the description, when it is long), and what is
 * unclear becomes a question.
 */
export const parse = (text: string, context: Context): Proposal => {
  const spans: Span[] = []
  const spoken = withoutQuoted(text)
  const take = <S extends { start: number; end: number }>(read: (rest: string) => readonly S[], spanOf: (found: S) => Span): S[] => {
    const found = [...read(without(spoken, spans))]
    spans.push(...found.map(spanOf))
    return found
  }
  const self = (found: Span): Span => found
  const [blocked] = take(rest => blockers(rest).slice(0, 1), self)
  const tags = take(rest => labels(rest).slice(0, 50), self)
  const [person] = take(
    rest => [assignee(rest, context)].filter(m => m !== undefined),
    ({ people, start, end }) => ({ field: 'assigneeId', value: people.length === 1, start, end }),
  )
  const [priority] = take(rest => priorities(rest).slice(0, 1), self)
  const [repeat] = take(recurrence, self)
  const [estimate] = take(rest => estimates(rest).slice(0, 1), self)
  const times = schedule(dates(without(spoken, spans), context), repeat?.value ?? null, context)
  spans.push(...times.spans)

  const task: ProposedTask = {
    projectId: context.projectId, ...titled(remainder(without(text, spans))),
    priority: priority?.value ?? 'none', startAt: times.startAt, dueAt: times.dueAt, recurrence: times.recurrence,
    assigneeId: person?.people.length === 1 ? person.people[0]?.id ?? null : null,
    labels: [...new Set(tags.map(tag => tag.value))], blockedBy: [...new Set(blocked?.value)], estimateMinutes: estimate?.value ?? null,
  }
  const evidence = spans.toSorted((a, b) => a.start - b.start).map(({ field, start, end }) => ({ field, words: text.slice(start, end).trim(), start }))
  return { task, evidence, questions: questions(task, person) }
}

/** What has to be known before the task can be created. */
export const questions = (task: ProposedTask, person: Pick<Mention, 'words' | 'people'> | undefined): Proposal['questions'] => [
  ...task.title === '' ? [{ field: 'title' as const, words: '', question: 'What is to be done?', options: [] }] : [],
  ...task.projectId === null ? [{ field: 'projectId' as const, words: '', question: 'In which project?', options: [] }] : [],
  ...person && person.people.length !== 1 ? [{
    field: 'assigneeId' as const, words: person.words, options: person.people.map(({ id, name }) => ({ id, label: name })),
    question: person.people.length ? `Which ${person.words} is meant?` : `No member of the project is called ${person.words}. Who is meant?`,
  }] : [],
]
