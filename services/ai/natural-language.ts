import { z } from 'zod'
import { Engine, Proposal, type aiApi, type ProposedTask } from '../shared/contracts/ai/http.ts'
import type { NewTask } from '../shared/contracts/task/model.ts'
import { Refused } from '../shared/kit/decider.ts'
import type { Answer, Call } from '../shared/kit/http/call.ts'
import type { AiDeps } from './deps.ts'
import type { Person } from './local/people.ts'
import { checkProject } from './policies.ts'

type Operation = typeof aiApi.naturalLanguage
/** The operation's patience is Claude's: another service that is away is not waited for longer than elsewhere. */
const timeoutMs = 4_000
const Understood = z.object({ engine: Engine, note: z.string().nullable(), proposal: Proposal })

/** A sentence becomes a proposal; committed, the proposal becomes a task by the caller's own token. */
export const naturalLanguage = (deps: AiDeps) => async (call: Call<Operation>): Promise<Answer<Operation>> => {
  const { actor, body, meta } = call
  const projectId = body.projectId ?? null
  const [people, timezone] = await Promise.all([peopleOf(deps, call), body.timezone ?? ownTimezone(deps, call)])
  const read = await deps.read({ organizationId: actor.organizationId, userId: actor.userId, text: body.text, at: meta.at, timezone, projectId, people })
  const made = { ...read, proposal: await withKnownBlockers(deps, call, inZone(read.proposal, timezone)) }
  // Read once more, "in two hours" is another time and Claude has other words: the task is that of the first try.
  const { engine, note, proposal } = body.commit ? await call.first(Understood, made) : made
  const task = body.commit ? await create(deps, call, proposal) : undefined
  const analysisId = call.newId()
  await deps.analyses.handle(actor.organizationId, analysisId, {
    type: 'Complete', kind: 'natural-language', taskId: task?.id ?? null, projectId, requestedBy: actor.userId, engine,
  }, meta)
  return { body: { analysisId, engine, engineNote: note, proposal, ...task && { task } } }
}

const peopleOf = async ({ projects, names }: AiDeps, { actor, body }: Call<Operation>): Promise<Person[]> => {
  const { organizationId } = actor
  if (body.projectId === undefined) return []
  const project = checkProject(await projects.getProject({ params: { id: body.projectId }, query: { organizationId }, timeoutMs }), actor)
  const ids = project.members.map(m => m.userId)
  const pages = Array.from({ length: Math.ceil(ids.length / 500) }, (_, i) => ids.slice(i * 500, i * 500 + 500))
  const found = await Promise.all(pages.map(page => names.names({ body: { organizationId, ids: page }, timeoutMs })))
  return found.flatMap(({ users }) => users.filter(user => !user.disabled).map(({ id, name }) => ({ id, name })))
}

const ownTimezone = async ({ users }: AiDeps, { token }: Call<Operation>): Promise<string> => {
  const { timezone } = await users.showProfile({ token, timeoutMs })
  return timezone || 'UTC'
}

/** The days of a repetition are those of the speaker. */
const inZone = (proposal: Proposal, timezone: string): Proposal =>
  (proposal.task.recurrence === null ? proposal : { ...proposal, task: { ...proposal.task, timezone } })

/** A task that the caller cannot see blocks nothing: it becomes a question. */
const withKnownBlockers = async ({ tasks }: AiDeps, { token }: Call<Operation>, proposal: Proposal): Promise<Proposal> => {
  const unknown: string[] = []
  for (const id of proposal.task.blockedBy) {
    await tasks.getTask({ params: { id }, token, timeoutMs }).catch((error: unknown) => {
      if (!(error instanceof Refused) || (error.kind !== 'missing' && error.kind !== 'forbidden')) throw error
      unknown.push(id)
    })
  }
  if (unknown.length === 0) return proposal
  const questions = unknown.map(words => ({ field: 'blockedBy' as const, words, question: 'No task with this id is known. Which one is meant?', options: [] }))
  const blockedBy = proposal.task.blockedBy.filter(id => !unknown.includes(id))
  return { ...proposal, task: { ...proposal.task, blockedBy }, questions: [...proposal.questions, ...questions] }
}

const create = async ({ tasks }: AiDeps, { token, meta }: Call<Operation>, { task, questions }: Proposal) => {
  const { projectId } = task
  if (questions.length || projectId === null)
    throw new Refused('rule', 'proposal-open', 'The text leaves something open. Answer it, or ask for the proposal only.', { questions })
  return tasks.createTask({ body: newTask(task, projectId), token, meta, idempotencyKey: meta.commandId, timeoutMs })
}

/** What the text said, and nothing else: the task service has its own defaults. */
const newTask = (
  { title, description, priority, startAt, dueAt, recurrence, timezone, assigneeId, labels, blockedBy, estimateMinutes }: ProposedTask,
  projectId: string,
): NewTask => ({
  projectId, title, priority, labels,
  ...description && { description }, ...startAt !== null && { startAt }, ...dueAt !== null && { dueAt },
  ...recurrence !== null && { recurrence }, ...timezone !== undefined && { timezone },
  ...assigneeId !== null && { assigneeId }, ...blockedBy.length && { blockedBy }, ...estimateMinutes !== null && { estimateMinutes },
})
