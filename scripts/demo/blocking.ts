import type { Task } from '../../services/shared/contracts/task/model.ts'
import type { Workflow } from '../../services/shared/contracts/workflow.ts'
import type { Apis } from './apis.ts'
import type { Person } from './person.ts'
import { tryForbidden, type Refusal } from './try-forbidden.ts'
import { wayIntoWork, type Step } from './workflow-path.ts'

/** A task, who does it, and who is asked to have a look at it. */
export type Assignment = { task: Task; worker: Person; other: Person }
/** `links`: how often the links of a task were changed, and `statusChanges`: the steps that were taken before the task could be finished. */
export type Blocking = { links: number; statusChanges: number; refusals: Refusal[] }
type Deps = {
  tasks: Pick<Apis['tasks'], 'addDependency' | 'removeDependency' | 'changeStatus'>
  workflow: Workflow; founder: Pick<Person, 'token'>; finish: (assignment: Assignment) => Promise<void>
}

/**
 * One task turns out to need another. The link is drawn the wrong way round first, and taken back. What waits may be made ready but not
 * begun; when the other is done, it goes on.
 */
export const workOnBlocked = async ({ tasks, workflow, founder, finish }: Deps, blocker: Assignment, blocked: Assignment): Promise<Blocking> => {
  const link = async ({ task, worker }: Assignment, by: Assignment): Promise<unknown> =>
    tasks.addDependency({ params: { id: task.id }, body: { blockedBy: by.task.id }, token: await worker.token() })
  const move = async ({ to, leadersOnly }: Step): Promise<unknown> =>
    tasks.changeStatus({ params: { id: blocked.task.id }, body: { status: to }, token: await (leadersOnly ? founder : blocked.worker).token() })

  await link(blocker, blocked)
  await tasks.removeDependency({ params: { id: blocker.task.id, otherId: blocked.task.id }, token: await blocker.worker.token() })
  await link(blocked, blocker)
  const { open, start } = wayIntoWork(workflow, blocked.task.status)
  for (const step of open) await move(step)
  const what = 'starting a task that was found to wait for another'
  const refusals = start ? [await tryForbidden({ what, expected: 'task-blocked', attempt: () => move(start) })] : []
  await finish(blocker)
  await finish({ ...blocked, task: { ...blocked.task, status: open.at(-1)?.to ?? blocked.task.status } })
  return { links: 3, statusChanges: open.length, refusals }
}
