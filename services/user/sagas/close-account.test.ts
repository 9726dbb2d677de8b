import { describe, expect, it } from 'vitest'
import { sagaSpec } from '../../shared/kit/sagas/saga-spec.ts'
import { closeAccount, type Input } from './close-account.ts'

const given = sagaSpec(closeAccount)
const sagaId = 'close-account.1'
const here = (organizationId: string) => ({ organizationId, userId: 'ann', sagaId })
const start: Input = { type: 'Start', sagaId, userId: 'ann', organizations: ['o1', 'o2'] }
const announced = (i: number, alone = false): Input => ({ type: 'Done', id: `announce-${i}`, name: 'announceLeaving', result: { handOverTo: alone ? null : 'bob', alone } })
const ownedByAnn = { projectId: 'p1', role: 'owner' as const, allocationPercent: 100 }
const left = (i: number): Input => ({ type: 'Replied', id: `leave-${i}`, service: 'project', operation: 'leave', reply: { left: [ownedByAnn] } })
const released = (i: number): Input => ({ type: 'Replied', id: `release-${i}`, service: 'task', operation: 'releaseTasks', reply: { released: 1 } })
const first = [start, announced(0), left(0), released(0)]
const away = [...first, announced(1, true)]
const erased = (service: 'notification' | 'analytics' | 'ai', i: number): Input =>
  ({ type: 'Replied', id: `erase-${service}-${i}`, service, operation: 'erase', reply: { sagaId } })
const signedOut: Input = { type: 'Done', id: 'sign-out', name: 'signOut', result: null }
const allErased = [signedOut, ...[0, 1].flatMap(i => [erased('notification', i), erased('analytics', i), erased('ai', i)])]
type Order = ReturnType<typeof closeAccount.step>['outputs'][number]
const rejoin = {
  do: 'invoke', id: 'rejoin-0', service: 'project', operation: 'rejoin', input: { body: { ...here('o1'), left: [ownedByAnn] } },
} satisfies Order
const reassign = { do: 'invoke', id: 'reassign-0', service: 'task', operation: 'reassignTasks', input: { body: here('o1') } } satisfies Order
const back = { do: 'command', id: 'stay-0', name: 'cancelLeaving', input: here('o1') } satisfies Order
const reopen = (why: string) => ({ do: 'command', id: 'reopen', name: 'reopenPerson', input: { userId: 'ann', sagaId, why } }) as const

describe('close-account', () => {
  it('announces the leaving first', () => given().when(start).thenTurn({ step: 'announcing' }, [{ do: 'command', id: 'announce-0', name: 'announceLeaving', input: here('o1') }]))
  it('hands over and leaves the projects', () =>
    given(start).when(announced(0)).thenTurn({ step: 'leaving-projects' }, [
      { do: 'invoke', id: 'leave-0', service: 'project', operation: 'leave', input: { body: { ...here('o1'), handOverTo: 'bob' } } },
    ]))
  it('then releases the tasks', () => given(start, announced(0)).when(left(0)).thenTurn({ step: 'releasing-tasks' }, [
    { do: 'invoke', id: 'release-0', service: 'task', operation: 'releaseTasks', input: { body: here('o1') } },
  ]))
  it('then takes the next organization', () =>
    given(start, announced(0), left(0)).when(released(0)).thenTurn({ step: 'announcing', at: 1 }, [
      { do: 'command', id: 'announce-1', name: 'announceLeaving', input: here('o2') },
    ]))
  it('signs out, and erases everywhere at once; who was alone leaves nothing behind', () => {
    const { outputs, state } = given(...first).when(announced(1, true))
    expect(state).toMatchObject({ step: 'erasing', undo: [] })
    expect(outputs.map(o => ('id' in o ? o.id : ''))).toEqual([
      'sign-out', 'erase-notification-0', 'erase-analytics-0', 'erase-ai-0', 'erase-notification-1', 'erase-analytics-1', 'erase-ai-1',
    ])
  })
  it('closes when all is erased', () => {
    const [last, ...others] = allErased.toReversed()
    given(...away, ...others).when(last ?? start).thenTurn({ step: 'closing' }, [
      { do: 'command', id: 'close', name: 'closePerson', input: { userId: 'ann', sagaId, organizations: ['o1', 'o2'] } },
    ])
  })
  const personClosed: Input = { type: 'Done', id: 'close', name: 'closePerson', result: null }
  it('and is done', () =>
    given(...away, ...allErased).when(personClosed).thenTurn({ step: 'closed' }, [{ do: 'finish', outcome: 'completed' }]))
  it('says what could not be erased', () => {
    const refused: Input = { type: 'Refused', id: 'erase-ai-1', service: 'ai', operation: 'erase', code: 'no', detail: {} }
    given(...away, ...allErased.slice(0, -1), refused).when(personClosed).thenTurn({ step: 'closed' }, [
      { do: 'finish', outcome: 'completed; not erased: erase-ai-1' },
    ])
  })
})

describe('close-account turned back', () => {
  const refused: Input = { type: 'CommandRefused', id: 'announce-1', name: 'announceLeaving', code: 'sole-owner', detail: {} }
  const answers: Input[] = [
    { type: 'Replied', id: 'reassign-0', service: 'task', operation: 'reassignTasks', reply: { reassigned: 1 } },
    { type: 'Refused', id: 'rejoin-0', service: 'project', operation: 'rejoin', code: 'project-unknown', detail: {} },
    { type: 'Done', id: 'stay-0', name: 'cancelLeaving', result: null },
  ]
  it('undoes the last step first', () => given(...first).when(refused).thenTurn({ step: 'undoing', why: 'sole-owner' }, [reassign]))
  it('then the one before', () => given(...first, refused).when(answers[0] ?? start).thenTurn({ step: 'undoing' }, [rejoin]))
  it('goes on when a compensation is refused', () => given(...first, refused, ...answers.slice(0, 1)).when(answers[1] ?? start).thenTurn({ step: 'undoing' }, [back]))
  it('then lets the person in again', () => given(...first, refused, ...answers.slice(0, 2)).when(answers[2] ?? start).thenTurn({ step: 'reopening' }, [reopen('sole-owner')]))
  it('and is done', () => {
    const reopened: Input = { type: 'Done', id: 'reopen', name: 'reopenPerson', result: null }
    given(...first, refused, ...answers).when(reopened).thenTurn({ step: 'kept' }, [{ do: 'finish', outcome: 'cancelled: sole-owner' }])
  })
  it('waits, past its deadline, for the answer under way, and undoes that too', () => {
    given(start, announced(0)).when({ type: 'DeadlinePassed' }).thenTurn({ step: 'leaving-projects', overdue: true }, [])
    given(start, announced(0), { type: 'DeadlinePassed' }).when(left(0)).thenTurn({ step: 'undoing', why: 'deadline-passed' }, [rejoin])
  })
  it('never once something is erased', () => given(...away).when({ type: 'DeadlinePassed' }).thenTurn({ step: 'erasing' }, []))
  it('is not stirred by late answers', () => given(...first, refused, ...answers).when(left(0)).thenTurn({ step: 'reopening' }, []))
})
