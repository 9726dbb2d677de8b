import { describe, it } from 'vitest'
import { sagaSpec } from '../../shared/kit/sagas/saga-spec.ts'
import { inviteMember, type Own } from './invite-member.ts'

const given = sagaSpec(inviteMember)
const about = { organizationId: 'o1', invitationId: 'i1' }
const start: Own = { type: 'Start', ...about }
const sent = { type: 'Done', id: 'send', name: 'sendInvitation', result: null } as const
const expire = { do: 'command', id: 'expire', name: 'expireInvitation', input: about } as const

describe('invite-member', () => {
  it('sends the mail and waits a week', () => given().when(start).thenTurn({ step: 'sending' }, [
    { do: 'command', id: 'send', name: 'sendInvitation', input: about },
    { do: 'remind', id: 'run-out', after: 'P7D', input: { type: 'RanOut' } },
  ]))
  it('waits for the answer', () => given(start).when(sent).thenTurn({ step: 'waiting' }, []))
  it('is done when it is answered', () => given(start, sent).when({ type: 'Settled', how: 'accepted' }).thenTurn({ step: 'settled' }, [{ do: 'finish', outcome: 'accepted' }]))
  it('runs out', () => given(start, sent).when({ type: 'RanOut' }).thenTurn({ step: 'expiring' }, [expire]))
  it('runs out once', () => given(start, sent, { type: 'RanOut' }).when({ type: 'DeadlinePassed' }).thenTurn({ step: 'expiring' }, []))
  it('runs out although the mail could not be sent', () => {
    const refused = { type: 'CommandRefused', id: 'send', name: 'sendInvitation', code: 'x', detail: {} } as const
    given(start, refused).when({ type: 'RanOut' }).thenTurn({ step: 'expiring' }, [expire])
  })
  it('is told of the end', () =>
    given(start, sent, { type: 'RanOut' }).when({ type: 'Settled', how: 'expired' })
      .thenTurn({ step: 'settled' }, [{ do: 'finish', outcome: 'expired' }]))
})
