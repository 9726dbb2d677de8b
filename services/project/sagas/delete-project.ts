import { defineSaga } from '../../shared/kit/sagas/saga.ts'
import type { SagaInput, SagaTurn } from '../../shared/kit/sagas/saga-types.ts'
import type { SagaApis, SagaCommands } from './commands.ts'

/** `grace`: how long the project can still be restored, as an ISO 8601 duration. */
type Start = { type: 'Start'; organizationId: string; projectId: string; sagaId: string; grace: string }
export type DeleteProjectOwn = Start | { type: 'Restored' } | { type: 'GraceOver' }
type About = Omit<Start, 'type'>
type Hiding = { step: 'hiding-tasks' | 'hiding-notifications'; restored: boolean } & About
type Settled = { step: 'restorable' | 'purging' | 'sweeping-tasks' | 'reviving' | 'restoring-tasks' | 'restoring-notifications' } & About
export type DeleteProjectState = { step: 'idle' } | Hiding | Settled | { step: 'deleted' | 'restored' }
type Input = SagaInput<DeleteProjectOwn, SagaApis, SagaCommands>
type Turn = SagaTurn<DeleteProjectState, DeleteProjectOwn, SagaApis, SagaCommands>

/**
 * Tasks and notifications go out of sight → a time of grace → purged, with the tasks made meanwhile.
 * A restore turns round wherever the saga is; so does a deadline before everything is hidden.
 */
const step = (state: DeleteProjectState, input: Input): Turn => {
  switch (state.step) {
    case 'idle': return input.type === 'Start' ? begin(input) : stay(state)
    case 'hiding-tasks': return hiding(state, input, hideNotifications)
    case 'hiding-notifications': return hiding(state, input, waitInGrace)
    case 'restorable': return restorable(state, input)
    case 'purging': return purging(state, input)
    case 'sweeping-tasks': return answered(input, 'deleteProjectTasks') ? ended('deleted') : stay(state)
    case 'reviving': return input.type === 'Done' || input.type === 'CommandRefused' ? restoreTasks(state) : stay(state)
    case 'restoring-tasks': return answered(input, 'restoreProjectTasks') ? restoreNotifications(state) : stay(state)
    case 'restoring-notifications': return answered(input, 'restoreOfProject') ? ended('restored') : stay(state)
    case 'deleted':
    case 'restored': return stay(state)
  }
}

const begin = (about: Start): Turn => ({
  state: { step: 'hiding-tasks', restored: false, ...aboutOf(about) },
  outputs: [{ do: 'invoke', id: 'hide-tasks', service: 'task', operation: 'deleteProjectTasks', input: ofProject(about) }],
})

/** A restore waits for the answer that is under way, so that hiding never overtakes it. */
const hiding = (state: Hiding, input: Input, next: (about: About) => Turn): Turn => {
  if (input.type === 'Restored') return { state: { ...state, restored: true }, outputs: [] }
  if (input.type === 'DeadlinePassed') return revive(state)
  if (!answered(input, state.step === 'hiding-tasks' ? 'deleteProjectTasks' : 'deleteOfProject')) return stay(state)
  return state.restored ? restoreTasks(state) : next(state)
}

const restorable = (state: Settled, input: Input): Turn => {
  if (input.type === 'Restored') return restoreTasks(state)
  return input.type === 'GraceOver' ? purge(state) : stay(state)
}

/** The project itself decides who came first: its purge is refused when it was restored. */
const purging = (state: Settled, input: Input): Turn => {
  if (input.type === 'CommandRefused') return restoreTasks(state)
  return input.type === 'Done' ? sweepTasks(state) : stay(state)
}

/** A refusal counts as an answer: it is final, and the other parts must not wait for it. */
const answered = (input: Input, operation: string): boolean => (input.type === 'Replied' || input.type === 'Refused') && input.operation === operation

const stay = (state: DeleteProjectState): Turn => ({ state, outputs: [] })
const aboutOf = ({ organizationId, projectId, sagaId, grace }: About): About => ({ organizationId, projectId, sagaId, grace })
const ofProject = ({ organizationId, projectId, sagaId }: About) => ({ body: { organizationId, projectId, sagaId } })

const hideNotifications = (about: About): Turn => ({
  state: { ...aboutOf(about), step: 'hiding-notifications', restored: false },
  outputs: [{ do: 'invoke', id: 'hide-notifications', service: 'notification', operation: 'deleteOfProject', input: ofProject(about) }],
})
const waitInGrace = (about: About): Turn =>
  ({ state: { ...aboutOf(about), step: 'restorable' }, outputs: [{ do: 'remind', id: 'grace', after: about.grace, input: { type: 'GraceOver' } }] })
const purge = (about: About): Turn => ({
  state: { ...aboutOf(about), step: 'purging' },
  outputs: [{ do: 'command', id: 'purge', name: 'purge', input: { projectId: about.projectId } }],
})
/** Tasks that were let in while the others were hidden would stay, and become overdue. */
const sweepTasks = (about: About): Turn => ({
  state: { ...aboutOf(about), step: 'sweeping-tasks' },
  outputs: [{ do: 'invoke', id: 'sweep-tasks', service: 'task', operation: 'deleteProjectTasks', input: ofProject(about) }],
})
const revive = (about: About): Turn => ({
  state: { ...aboutOf(about), step: 'reviving' },
  outputs: [{ do: 'command', id: 'revive', name: 'revive', input: { projectId: about.projectId } }],
})
const restoreTasks = (about: About): Turn => ({
  state: { ...aboutOf(about), step: 'restoring-tasks' },
  outputs: [{ do: 'invoke', id: 'restore-tasks', service: 'task', operation: 'restoreProjectTasks', input: ofProject(about) }],
})
const restoreNotifications = (about: About): Turn => ({
  state: { ...aboutOf(about), step: 'restoring-notifications' },
  outputs: [{ do: 'invoke', id: 'restore-notifications', service: 'notification', operation: 'restoreOfProject', input: ofProject(about) }],
})
const ended = (outcome: 'deleted' | 'restored'): Turn => ({ state: { step: outcome }, outputs: [{ do: 'finish', outcome }] })

export const deleteProject = defineSaga<DeleteProjectState, DeleteProjectOwn, SagaApis, SagaCommands>({
  name: 'delete-project', initial: { step: 'idle' }, deadline: 'PT1H', step,
})
