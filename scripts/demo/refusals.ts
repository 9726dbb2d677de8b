import { randomUUID } from 'node:crypto'
import type { Apis } from './apis.ts'
import type { Person } from './person.ts'
import type { Progress } from './progress.ts'
import { tryForbidden, type Case, type Refusal } from './try-forbidden.ts'
import { tasksOf } from './work.ts'
import { wayIntoWork } from './workflow-path.ts'

type Deps = { apis: Apis; founder: Person; worker: Person; watcher: Person; progress: Progress; projectId: string }
/** `statusChanges`: what had to be done properly on the way to something forbidden. */
export type Tried = { refusals: Refusal[]; statusChanges: number }

/** What must not go through, and does not: each with the answer that the documentation promises. */
export const tryWhatIsForbidden = async (deps: Deps): Promise<Tried> => {
  const { cases, statusChanges } = await casesFor(deps)
  const step = deps.progress.step('forbidden things tried', cases.length)
  const refusals: Refusal[] = []
  for (const one of cases) {
    refusals.push(await tryForbidden(one))
    step.to(refusals.length)
  }
  step.done()
  return { refusals, statusChanges }
}

const casesFor = async ({ apis, founder, worker, watcher, projectId }: Deps): Promise<{ cases: Case[]; statusChanges: number }> => {
  const tasks = await tasksOf(apis, founder, projectId)
  const open = new Set(tasks.filter(t => t.completedAt === null).map(t => t.id))
  const blocked = tasks.find(t => open.has(t.id) && t.blockedBy.some(b => open.has(b)))
  const blocker = tasks.find(t => blocked?.blockedBy.includes(t.id) && open.has(t.id))
  if (!blocked || !blocker) throw new Error('the project has no task that waits for another')
  const { workflow } = await apis.projects.getProject({ params: { id: projectId }, token: await founder.token() })
  const last = workflow.statuses.find(s => s.category === 'done')?.key ?? 'done'
  const move = async (id: string, status: string): Promise<unknown> =>
    apis.tasks.changeStatus({ params: { id }, body: { status }, token: await founder.token() })
  // A task that waits may be made ready; the step into work is the forbidden one.
  const { open: ready, start } = wayIntoWork(workflow, blocked.status)
  for (const { to } of ready) await move(blocked.id, to)
  const [tokens, key] = [{ founder: await founder.token(), worker: await worker.token(), watcher: await watcher.token() }, randomUUID()]
  const create = (body: { projectId: string; title: string }, token: string, idempotencyKey = randomUUID()) =>
    apis.tasks.createTask({ body, token, idempotencyKey })
  const cases: Case[] = [
    { what: 'starting a task whose blocker is open', expected: 'task-blocked', attempt: () => move(blocked.id, start?.to ?? last) },
    { what: 'jumping over the workflow', expected: 'illegal-transition', attempt: () => move(blocker.id, last) },
    {
      what: 'closing a circle of dependencies', expected: 'dependency-cycle',
      attempt: () => apis.tasks.addDependency({ params: { id: blocker.id }, body: { blockedBy: blocked.id }, token: tokens.founder }),
    },
    {
      what: 'creating a task as one who only watches', expected: 'forbidden',
      attempt: () => create({ projectId, title: 'Not mine to create' }, tokens.watcher),
    },
    {
      what: 'changing what somebody else has changed since', expected: 'stale',
      attempt: () => apis.tasks.updateTask({ params: { id: blocker.id }, body: { title: 'Too late' }, ifMatch: 1_000_000, token: tokens.founder }),
    },
    { what: 'a task of nobody’s', expected: 'missing', attempt: () => apis.tasks.getTask({ params: { id: randomUUID() }, token: tokens.worker }) },
    { what: 'a task without a title', expected: 'invalid', attempt: () => create({ projectId, title: ' ' }, tokens.worker) },
    {
      what: 'a forged token', expected: 'unauthenticated',
      attempt: () => create({ projectId, title: 'Forged' }, `${tokens.worker.slice(0, -12)}AAAAAAAAAAAA`),
    },
    { what: 'leaving a project without an owner', expected: 'sole-project-owner', attempt: async () => {
      const own = await apis.projects.createProject({ body: { name: 'Mine alone' }, token: tokens.worker, idempotencyKey: key })
      await apis.projects.removeMember({ params: { id: 'id' in own ? own.id : '', userId: worker.id }, token: tokens.worker })
    } },
    {
      what: 'another request under the same Idempotency-Key', expected: 'mismatch',
      attempt: () => apis.projects.createProject({ body: { name: 'Something else' }, token: tokens.worker, idempotencyKey: key }),
    },
  ]
  return { cases, statusChanges: ready.length }
}
