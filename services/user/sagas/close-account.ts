import type { aiInternal } from '../../shared/contracts/ai/internal.ts'
import type { analyticsInternal } from '../../shared/contracts/analytics/internal.ts'
import type { notificationInternal } from '../../shared/contracts/notification/internal.ts'
import type { projectInternal } from '../../shared/contracts/project/internal.ts'
import type { taskInternal } from '../../shared/contracts/task/internal.ts'
import type { SagaInput, SagaOutput, SagaTurn } from '../../shared/kit/sagas/saga-types.ts'
import { defineSaga } from '../../shared/kit/sagas/saga.ts'
import type { ClosingCommands } from './closing-commands.ts'

export type ClosingApis = {
  project: typeof projectInternal
  task: typeof taskInternal
  notification: typeof notificationInternal
  analytics: typeof analyticsInternal
  ai: typeof aiInternal
}
export type Start = { type: 'Start'; sagaId: string; userId: string; organizations: string[] }
type Output = SagaOutput<Start, ClosingApis, ClosingCommands>
export type Input = SagaInput<Start, ClosingApis, ClosingCommands>
export type State = {
  step: 'idle' | 'announcing' | 'leaving-projects' | 'releasing-tasks' | 'erasing' | 'closing' | 'undoing' | 'reopening' | 'closed' | 'kept'
  sagaId: string; userId: string; organizations: string[]
  /** The organization that is being left. */
  at: number
  /** What undoes the steps taken so far; the last one first. */
  undo: Output[]
  /** What is not answered yet of signing out and erasing, and those that were refused. */
  erasing: string[]; remains: string[]
  overdue: boolean; why: string | null
}
type Turn = SagaTurn<State, Start, ClosingApis, ClosingCommands>

const initial: State = { step: 'idle', sagaId: '', userId: '', organizations: [], at: 0, undo: [], erasing: [], remains: [], overdue: false, why: null }
const stay = (state: State): Turn => ({ state, outputs: [] })
const here = (s: State) => ({ organizationId: s.organizations[s.at] ?? '', userId: s.userId, sagaId: s.sagaId })

const step = (s: State, input: Input): Turn => {
  switch (s.step) {
    case 'idle': return input.type === 'Start' ? announce({ ...s, sagaId: input.sagaId, userId: input.userId, organizations: input.organizations }) : stay(s)
    case 'announcing': case 'leaving-projects': case 'releasing-tasks': return forward(s, input)
    case 'erasing': return erased(s, input)
    case 'closing': return input.type === 'Done' && input.name === 'closePerson' ? closed(s) : stay(s)
    case 'undoing': return answersTo(input) === undefined ? stay(s) : undoNext(s)
    case 'reopening': return input.type === 'Done' && input.name === 'reopenPerson' ? kept(s) : stay(s)
    case 'closed': case 'kept': return stay(s)
  }
}

/**
 * Until the first erasure everything can be taken back: by a refusal, or when the deadline passes.
 * What is under way then is waited for, so that it can be undone too.
 */
const forward = (s: State, input: Input): Turn => {
  if (input.type === 'DeadlinePassed') return stay({ ...s, overdue: true })
  if (input.type === 'Refused' || input.type === 'CommandRefused') return undoNext({ ...s, why: input.code })
  if (input.type === 'Done' && input.name === 'announceLeaving') {
    const next = { ...s, undo: [...s.undo, { do: 'command', id: `stay-${s.at}`, name: 'cancelLeaving', input: here(s) } satisfies Output] }
    return input.result.alone ? nextOrganization(next) : unlessOverdue(next, () => leave(next, input.result.handOverTo))
  }
  if (input.type === 'Replied' && input.operation === 'leave') {
    const body = { ...here(s), left: input.reply.left }
    const rejoin: Output = { do: 'invoke', id: `rejoin-${s.at}`, service: 'project', operation: 'rejoin', input: { body } }
    const next: State = { ...s, step: 'releasing-tasks', undo: [...s.undo, rejoin] }
    return unlessOverdue(next, () => release(next))
  }
  if (input.type === 'Replied' && input.operation === 'releaseTasks') {
    const reassign: Output = { do: 'invoke', id: `reassign-${s.at}`, service: 'task', operation: 'reassignTasks', input: { body: here(s) } }
    return nextOrganization({ ...s, undo: [...s.undo, reassign] })
  }
  return stay(s)
}
const unlessOverdue = (s: State, go: () => Turn): Turn => (s.overdue ? undoNext({ ...s, why: 'deadline-passed' }) : go())
const announce = (s: State): Turn => (s.at < s.organizations.length
  ? { state: { ...s, step: 'announcing' }, outputs: [{ do: 'command', id: `announce-${s.at}`, name: 'announceLeaving', input: here(s) }] }
  : erase(s))
const leave = (s: State, handOverTo: string | null): Turn => ({
  state: { ...s, step: 'leaving-projects' },
  outputs: [{ do: 'invoke', id: `leave-${s.at}`, service: 'project', operation: 'leave', input: { body: { ...here(s), handOverTo } } }],
})
const release = (s: State): Turn => ({
  state: s,
  outputs: [{ do: 'invoke', id: `release-${s.at}`, service: 'task', operation: 'releaseTasks', input: { body: here(s) } }],
})
const nextOrganization = (s: State): Turn => unlessOverdue(s, () => announce({ ...s, at: s.at + 1 }))

/** From here on there is no way back: what is erased cannot be brought back, so it is tried until it is done. */
const erase = (s: State): Turn => {
  const erasures = s.organizations.flatMap((organizationId, i): Output[] => (['notification', 'analytics', 'ai'] as const)
    .map(service => ({
      do: 'invoke', id: `erase-${service}-${i}`, service, operation: 'erase',
      input: { body: { organizationId, userId: s.userId, sagaId: s.sagaId } },
    })))
  // A token from before would let him make what nobody erases any more.
  const outputs: Output[] = [{ do: 'command', id: 'sign-out', name: 'signOut', input: { userId: s.userId, sagaId: s.sagaId } }, ...erasures]
  return { state: { ...s, step: 'erasing', undo: [], erasing: outputs.map(o => ('id' in o ? o.id : '')) }, outputs }
}
const erased = (s: State, input: Input): Turn => {
  const id = answersTo(input)
  if (id === undefined || !s.erasing.includes(id)) return stay({ ...s, overdue: s.overdue || input.type === 'DeadlinePassed' })
  const next = { ...s, erasing: s.erasing.filter(e => e !== id), remains: input.type === 'Refused' ? [...s.remains, id] : s.remains }
  return next.erasing.length ? stay(next) : close(next)
}
const close = (s: State): Turn => {
  const { userId, sagaId, organizations } = s
  return {
    state: { ...s, step: 'closing' },
    outputs: [{ do: 'command', id: 'close', name: 'closePerson', input: { userId, sagaId, organizations } }],
  }
}
const closed = (s: State): Turn => {
  const outcome = s.remains.length ? `completed; not erased: ${s.remains.join(', ')}` : 'completed'
  return { state: { ...s, step: 'closed', undo: [] }, outputs: [{ do: 'finish', outcome }] }
}

/** A compensation that is refused (its project is gone by now) does not hold up the others. */
const undoNext = (s: State): Turn => {
  const last = s.undo.at(-1)
  if (last) return { state: { ...s, step: 'undoing', undo: s.undo.slice(0, -1) }, outputs: [last] }
  const input = { userId: s.userId, sagaId: s.sagaId, why: s.why ?? 'refused' }
  return { state: { ...s, step: 'reopening' }, outputs: [{ do: 'command', id: 'reopen', name: 'reopenPerson', input }] }
}
const kept = (s: State): Turn => ({
  state: { ...s, step: 'kept' },
  outputs: [{ do: 'finish', outcome: `cancelled: ${s.why ?? 'refused'}` }],
})
const answersTo = (input: Input): string | undefined => ('id' in input ? input.id : undefined)

/** Hand over → leave projects → release tasks → erase what others keep → erase and delete the person. */
export const closeAccount = defineSaga<State, Start, ClosingApis, ClosingCommands>({ name: 'close-account', initial, deadline: 'PT30M', step })
