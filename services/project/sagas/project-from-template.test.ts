import { describe, expect, it } from 'vitest'
import { sagaSpec } from '../../shared/kit/sagas/saga-spec.ts'
import type { SagaInput } from '../../shared/kit/sagas/saga-types.ts'
import type { SagaApis, SagaCommands } from './commands.ts'
import { projectFromTemplate, type FromTemplateStart } from './project-from-template.ts'

type Input = SagaInput<FromTemplateStart, SagaApis, SagaCommands>
const given = sagaSpec(projectFromTemplate)
const about = { organizationId: 'o1', projectId: 'p1', sagaId: 'project-from-template.1' }
const start: Input = { type: 'Start', ...about, actor: 'u1', tasks: [{ id: 't1', title: 'A' }] }
const built: Input = { type: 'Done', id: 'build', name: 'build', result: { done: true } }
const filled: Input = { type: 'Replied', id: 'create-tasks', service: 'task', operation: 'createTasks', reply: { created: 1 } }
const opened: Input = { type: 'Done', id: 'open', name: 'finishBuilding', result: { done: true } }
const refused: Input = { type: 'Refused', id: 'create-tasks', service: 'task', operation: 'createTasks', code: 'dependency-cycle', detail: {} }
const discarded: Input = { type: 'Replied', id: 'discard-tasks', service: 'task', operation: 'discardTasks', reply: { discarded: 1 } }
const discardRefused: Input = { type: 'Refused', id: 'discard-tasks', service: 'task', operation: 'discardTasks', code: 'x', detail: {} }
const abandoned: Input = { type: 'Done', id: 'abandon', name: 'abandon', result: { done: true } }
const deadline: Input = { type: 'DeadlinePassed' }
const orderAbandon = (reason: string) => ({ do: 'command' as const, id: 'abandon', name: 'abandon' as const, input: { projectId: 'p1', reason } })
const orderDiscard = { do: 'invoke' as const, id: 'discard-tasks', service: 'task' as const, operation: 'discardTasks' as const, input: { body: about } }

describe('project from template', () => {
  it('creates the project first', () => given().when(start).thenTurn({ step: 'creating-project' }, [
    { do: 'command', id: 'build', name: 'build', input: { projectId: 'p1', actor: 'u1' } },
  ]))
  it('then its tasks', () => given(start).when(built).thenTurn({ step: 'creating-tasks' }, [
    { do: 'invoke', id: 'create-tasks', service: 'task', operation: 'createTasks', input: { body: { ...about, actor: 'u1', tasks: [{ id: 't1', title: 'A' }] } } },
  ]))
  it('then opens it', () => given(start, built).when(filled).thenTurn({ step: 'opening' }, [
    { do: 'command', id: 'open', name: 'finishBuilding', input: { projectId: 'p1', actor: 'u1' } },
  ]))
  it('and is done', () => given(start, built, filled).when(opened).thenTurn({ step: 'created' }, [{ do: 'finish', outcome: 'created' }]))

  it('abandons everything when the project cannot be created', () =>
    given(start).when({ type: 'CommandRefused', id: 'build', name: 'build', code: 'other-saga', detail: {} })
      .thenTurn({ step: 'removing-project', reason: 'other-saga' }, [orderAbandon('other-saga')]))
  it('discards the tasks when they are refused', () => given(start, built).when(refused).thenTurn({ step: 'discarding-tasks', reason: 'dependency-cycle' }, [orderDiscard]))
  it('discards the tasks when the project cannot be opened', () =>
    given(start, built, filled).when({ type: 'CommandRefused', id: 'open', name: 'finishBuilding', code: 'x', detail: {} })
      .thenTurn({ step: 'discarding-tasks', reason: 'x' }, [orderDiscard]))
  it.each([['done', discarded], ['refused', discardRefused]])('removes the project when discarding is %s', (_, answer) =>
    given(start, built, refused).when(answer).thenTurn({ step: 'removing-project', reason: 'dependency-cycle' }, [orderAbandon('dependency-cycle')]))
  it('says why nothing remains', () => given(start, built, refused, discarded).when(abandoned).thenTurn({ step: 'abandoned' }, [
    { do: 'finish', outcome: 'abandoned: dependency-cycle' },
  ]))

  it.each([
    ['creating the project', [start], 'removing-project', [orderAbandon('deadline')]],
    ['creating the tasks', [start, built], 'discarding-tasks', [orderDiscard]],
    ['opening it', [start, built, filled], 'opening', []],
    ['discarding', [start, built, refused], 'discarding-tasks', []],
    ['removing', [start, built, refused, discarded], 'removing-project', []],
    ['nothing any more', [start, built, filled, opened], 'created', []],
  ] as const)('when the time runs out while %s', (_, past, step, outputs) => given(...past).when(deadline).thenTurn({ step }, [...outputs]))

  it('hears nothing it did not ask for, in any state', () => {
    const late: Input[] = [start, built, filled, opened, refused, discarded, abandoned]
    const paths: Input[][] = [[start, built, filled, opened], [start, built, refused, discarded, abandoned]]
    for (const path of paths) for (const input of late) expect(given(...path).when(input).outputs).toEqual([])
    expect(given(start, built, refused).when(filled).outputs).toEqual([])
    expect(given().when(built).outputs).toEqual([])
  })
})
