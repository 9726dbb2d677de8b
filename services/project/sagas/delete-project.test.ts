import { describe, expect, it } from 'vitest'
import { sagaSpec } from '../../shared/kit/sagas/saga-spec.ts'
import type { SagaInput } from '../../shared/kit/sagas/saga-types.ts'
import type { SagaApis, SagaCommands } from './commands.ts'
import { deleteProject, type DeleteProjectOwn } from './delete-project.ts'

type Input = SagaInput<DeleteProjectOwn, SagaApis, SagaCommands>
const given = sagaSpec(deleteProject)
const about = { organizationId: 'o1', projectId: 'p1', sagaId: 'delete-project.1' }
const start: Input = { type: 'Start', ...about, grace: 'PT30S' }
const [restored, over, deadline]: Input[] = [{ type: 'Restored' }, { type: 'GraceOver' }, { type: 'DeadlinePassed' }]
const tasksHidden: Input = { type: 'Replied', id: 'hide-tasks', service: 'task', operation: 'deleteProjectTasks', reply: { deleted: 3 } }
const tasksRefused: Input = { type: 'Refused', id: 'hide-tasks', service: 'task', operation: 'deleteProjectTasks', code: 'x', detail: {} }
const notificationsHidden: Input = { type: 'Replied', id: 'hide-notifications', service: 'notification', operation: 'deleteOfProject', reply: { sagaId: about.sagaId } }
const tasksSwept: Input = { ...tasksHidden, id: 'sweep-tasks' }
const tasksBack: Input = { type: 'Replied', id: 'restore-tasks', service: 'task', operation: 'restoreProjectTasks', reply: { restored: 3 } }
const notificationsBack: Input = { type: 'Replied', id: 'restore-notifications', service: 'notification', operation: 'restoreOfProject', reply: { sagaId: about.sagaId } }
const purged: Input = { type: 'Done', id: 'purge', name: 'purge', result: { done: true } }
const tooLate: Input = { type: 'CommandRefused', id: 'purge', name: 'purge', code: 'restored', detail: {} }
const revived: Input = { type: 'Done', id: 'revive', name: 'revive', result: { done: true } }

const input = { body: about }
const restoreTasks = { do: 'invoke', id: 'restore-tasks', service: 'task', operation: 'restoreProjectTasks', input } as const
const hideNotifications = { do: 'invoke', id: 'hide-notifications', service: 'notification', operation: 'deleteOfProject', input } as const
const command = (name: 'purge' | 'revive') => ({ do: 'command', id: name, name, input: { projectId: 'p1' } }) as const
const inGrace = [start, tasksHidden, notificationsHidden]

describe('delete project', () => {
  it('hides the tasks first', () => given().when(start).thenTurn({ step: 'hiding-tasks' }, [
    { do: 'invoke', id: 'hide-tasks', service: 'task', operation: 'deleteProjectTasks', input },
  ]))
  it.each([['done', tasksHidden], ['refused', tasksRefused]])('then the notifications, when that is %s', (_, answer) =>
    given(start).when(answer).thenTurn({ step: 'hiding-notifications' }, [hideNotifications]))
  it('then waits', () => given(start, tasksHidden).when(notificationsHidden).thenTurn({ step: 'restorable' }, [
    { do: 'remind', id: 'grace', after: 'PT30S', input: { type: 'GraceOver' } },
  ]))
  it('then purges', () => given(...inGrace).when(over!).thenTurn({ step: 'purging' }, [command('purge')]))
  it('then sweeps up the tasks that were still being made when they were hidden', () =>
    given(...inGrace, over!).when(purged).thenTurn({ step: 'sweeping-tasks' }, [
      { do: 'invoke', id: 'sweep-tasks', service: 'task', operation: 'deleteProjectTasks', input },
    ]))
  it('and is done', () => given(...inGrace, over!, purged).when(tasksSwept).thenTurn({ step: 'deleted' }, [{ do: 'finish', outcome: 'deleted' }]))

  it('turns round at once in its time of grace', () => given(...inGrace).when(restored!).thenTurn({ step: 'restoring-tasks' }, [restoreTasks]))
  it.each([
    ['tasks', [start], tasksHidden],
    ['notifications', [start, tasksHidden], notificationsHidden],
  ])('waits for the answer before it turns round while hiding %s', (_, past, answer) => {
    expect(given(...past).when(restored!).outputs).toEqual([])
    given(...past, restored!).when(answer).thenTurn({ step: 'restoring-tasks' }, [restoreTasks])
  })
  it('turns round when the restore was quicker than the purge', () => given(...inGrace, over!).when(tooLate).thenTurn({ step: 'restoring-tasks' }, [restoreTasks]))
  it('restores notifications after tasks, and is done', () => {
    given(...inGrace, restored!).when(tasksBack).thenTurn({ step: 'restoring-notifications' }, [
      { do: 'invoke', id: 'restore-notifications', service: 'notification', operation: 'restoreOfProject', input },
    ])
    given(...inGrace, restored!, tasksBack).when(notificationsBack).thenTurn({ step: 'restored' }, [{ do: 'finish', outcome: 'restored' }])
  })

  it.each([
    ['hiding tasks', [start], 'reviving', [command('revive')]],
    ['hiding notifications', [start, tasksHidden], 'reviving', [command('revive')]],
    ['waiting', inGrace, 'restorable', []],
    ['purging', [...inGrace, over!], 'purging', []],
    ['restoring', [...inGrace, restored!], 'restoring-tasks', []],
    ['sweeping', [...inGrace, over!, purged], 'sweeping-tasks', []],
    ['nothing any more', [...inGrace, over!, purged, tasksSwept], 'deleted', []],
  ] as const)('when the time runs out while %s', (_, past, step, outputs) => given(...past).when(deadline!).thenTurn({ step }, [...outputs]))
  it('brings everything back when it could not be hidden in time', () => given(start, deadline!).when(revived).thenTurn({ step: 'restoring-tasks' }, [restoreTasks]))

  it('hears nothing once it is over', () => {
    const all = [start, restored!, over!, tasksHidden, notificationsHidden, tasksBack, notificationsBack, purged, tooLate, revived]
    const ends = [[...inGrace, over!, purged, tasksSwept], [...inGrace, restored!, tasksBack, notificationsBack]]
    for (const path of ends) for (const late of all) expect(given(...path).when(late).outputs).toEqual([])
    for (const late of [restored!, over!]) expect(given(...inGrace, restored!).when(late).outputs).toEqual([])
  })
})
