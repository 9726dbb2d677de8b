import type { SeedTask } from '../../shared/contracts/task/internal.ts'
import { defineSaga } from '../../shared/kit/sagas/saga.ts'
import type { SagaInput, SagaTurn } from '../../shared/kit/sagas/saga-types.ts'
import type { SagaApis, SagaCommands } from './commands.ts'

export type FromTemplateStart = { type: 'Start'; organizationId: string; projectId: string; sagaId: string; actor: string; tasks: SeedTask[] }
type About = Omit<FromTemplateStart, 'type' | 'tasks'>
type Creating = { step: 'creating-project'; tasks: SeedTask[] } & About
type Filling = { step: 'creating-tasks' | 'opening' } & About
export type FromTemplateState =
  | { step: 'idle' }
  | Creating
  | Filling
  | ({ step: 'discarding-tasks' | 'removing-project'; reason: string } & About)
  | { step: 'created' }
  | { step: 'abandoned'; reason: string }
type Input = SagaInput<FromTemplateStart, SagaApis, SagaCommands>
type Turn = SagaTurn<FromTemplateState, FromTemplateStart, SagaApis, SagaCommands>

/** Project with its members → its tasks → open to people; when a step is refused or the time runs out, nothing of it remains. */
const step = (state: FromTemplateState, input: Input): Turn => {
  switch (state.step) {
    case 'idle': return input.type === 'Start' ? begin(input) : stay(state)
    case 'creating-project': return creatingProject(state, input)
    case 'creating-tasks': return creatingTasks(state, input)
    case 'opening': return opening(state, input)
    case 'discarding-tasks': return answered(input, 'discardTasks') ? removeProject(state, state.reason) : stay(state)
    case 'removing-project': return answered(input, 'abandon') ? abandoned(state.reason) : stay(state)
    case 'created':
    case 'abandoned': return stay(state)
  }
}

const begin = (start: FromTemplateStart): Turn => ({
  state: { step: 'creating-project', tasks: start.tasks, ...aboutOf(start) },
  outputs: [{ do: 'command', id: 'build', name: 'build', input: { projectId: start.projectId, actor: start.actor } }],
})

const creatingProject = ({ tasks, ...state }: Creating, input: Input): Turn => {
  if (input.type === 'DeadlinePassed') return removeProject(state, 'deadline')
  if (input.type === 'CommandRefused') return removeProject(state, input.code)
  if (input.type !== 'Done') return { state: { ...state, tasks }, outputs: [] }
  const { organizationId, projectId, sagaId, actor } = state
  return {
    state: { ...state, step: 'creating-tasks' },
    outputs: [{
      do: 'invoke', id: 'create-tasks', service: 'task', operation: 'createTasks',
      input: { body: { organizationId, projectId, sagaId, actor, tasks } },
    }],
  }
}

const creatingTasks = (state: Filling, input: Input): Turn => {
  if (input.type === 'DeadlinePassed') return discardTasks(state, 'deadline')
  if (input.type === 'Refused') return discardTasks(state, input.code)
  if (input.type !== 'Replied') return stay(state)
  return {
    state: { ...state, step: 'opening' },
    outputs: [{ do: 'command', id: 'open', name: 'finishBuilding', input: { projectId: state.projectId, actor: state.actor } }],
  }
}

const opening = (state: Filling, input: Input): Turn => {
  if (input.type === 'CommandRefused') return discardTasks(state, input.code)
  return input.type === 'Done' ? { state: { step: 'created' }, outputs: [{ do: 'finish', outcome: 'created' }] } : stay(state)
}

/** Either answer lets the undoing go on: what is left of it belongs to a project that nobody can see. */
const answered = (input: Input, name: string): boolean =>
  ((input.type === 'Replied' || input.type === 'Refused') && input.operation === name)
  || ((input.type === 'Done' || input.type === 'CommandRefused') && input.name === name)

const stay = (state: FromTemplateState): Turn => ({ state, outputs: [] })
const aboutOf = ({ organizationId, projectId, sagaId, actor }: About): About => ({ organizationId, projectId, sagaId, actor })

const discardTasks = (state: About, reason: string): Turn => {
  const { organizationId, projectId, sagaId } = state
  return {
    state: { step: 'discarding-tasks', reason, ...aboutOf(state) },
    outputs: [{ do: 'invoke', id: 'discard-tasks', service: 'task', operation: 'discardTasks', input: { body: { organizationId, projectId, sagaId } } }],
  }
}
const removeProject = (state: About, reason: string): Turn => ({
  state: { step: 'removing-project', reason, ...aboutOf(state) },
  outputs: [{ do: 'command', id: 'abandon', name: 'abandon', input: { projectId: state.projectId, reason } }],
})
const abandoned = (reason: string): Turn => ({
  state: { step: 'abandoned', reason },
  outputs: [{ do: 'finish', outcome: `abandoned: ${reason}` }],
})

export const projectFromTemplate = defineSaga<FromTemplateState, FromTemplateStart, SagaApis, SagaCommands>({
  name: 'project-from-template', initial: { step: 'idle' }, deadline: 'PT10M', step,
})
