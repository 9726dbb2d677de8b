import type { Task } from '../../services/shared/contracts/task/model.ts'
import { Refused } from '../../services/shared/kit/decider.ts'
import type { Apis } from './apis.ts'
import { pages } from './pages.ts'
import type { Person } from './person.ts'
import type { Progress } from './progress.ts'
import { sagaEnd } from './sagas.ts'

export type Closed = { outcome: string; problems: string[] }
type Deps = { apis: Apis; founder: Person; leaver: Person; password: string; progress: Progress; projectIds: readonly string[] }

/** Somebody leaves for good: work is handed back, projects are handed over, and nobody can sign in any more. */
export const closeAccount = async ({ apis, founder, leaver, password, progress, projectIds }: Deps): Promise<Closed> => {
  const step = progress.step('account closed', 1)
  const { sagaId } = await apis.users.closeAccount({ body: { password }, token: await leaver.token() })
  const outcome = await sagaEnd(apis, founder, sagaId)
  const token = await founder.token()
  const [projects, tasks, signIn] = await Promise.all([
    Promise.all(projectIds.map(id => apis.projects.getProject({ params: { id }, token }))),
    openTasksOf(apis, founder, leaver),
    apis.users.login({ body: { email: leaver.email, password } }).then(() => 'still possible', (error: unknown) => {
      if (error instanceof Refused) return error.code
      throw error
    }),
  ])
  step.done(outcome)
  return {
    outcome,
    problems: [
      ...projects.filter(p => p.members.some(m => m.userId === leaver.id)).map(p => `${leaver.name} is still a member of ${p.name}`),
      ...tasks.map(t => `${leaver.name} still has "${t.title}"`),
      ...(signIn === 'bad-credentials' ? [] : [`signing in as ${leaver.name} answers "${signIn}"`]),
    ],
  }
}

/** What is done stays with whoever did it; what is open must not wait for somebody who has gone. */
const openTasksOf = async (apis: Apis, as: Person, { id }: Person): Promise<Task[]> => {
  const open: Task[] = []
  const assigned = pages(async cursor => apis.tasks.listTasks({ query: { assigneeId: id, limit: 200, ...cursor }, token: await as.token() }))
  for await (const task of assigned) if (task.completedAt === null) open.push(task)
  return open
}
