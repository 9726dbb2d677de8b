import type { CommandContext, SagaInput, SagaTurn } from '../../shared/kit/sagas/saga-types.ts'
import { defineSaga } from '../../shared/kit/sagas/saga.ts'

type About = { organizationId: string; invitationId: string }
/** The effects of `invite-member` in this service; each can be repeated. */
export type InvitationCommands = {
  sendInvitation: (input: About, context: CommandContext) => Promise<null>
  expireInvitation: (input: About, context: CommandContext) => Promise<null>
}
export type Own =
  | { type: 'Start'; organizationId: string; invitationId: string }
  | { type: 'RanOut' }
  | { type: 'Settled'; how: 'accepted' | 'revoked' | 'expired' }
export type State = { step: 'idle' | 'sending' | 'waiting' | 'expiring' | 'settled'; about: About }
type Input = SagaInput<Own, object, InvitationCommands>
type Turn = SagaTurn<State, Own, object, InvitationCommands>

const initial: State = { step: 'idle', about: { organizationId: '', invitationId: '' } }
const stay = (state: State): Turn => ({ state, outputs: [] })

const step = (s: State, input: Input): Turn => {
  if (s.step === 'settled') return stay(s)
  switch (input.type) {
    case 'Start': return send({ organizationId: input.organizationId, invitationId: input.invitationId })
    case 'Done': return input.name === 'sendInvitation' && s.step === 'sending' ? stay({ ...s, step: 'waiting' }) : stay(s)
    case 'CommandRefused': return s.step === 'sending' ? stay({ ...s, step: 'waiting' }) : stay(s)
    case 'RanOut': case 'DeadlinePassed': return s.step === 'idle' || s.step === 'expiring' ? stay(s) : expire(s)
    case 'Settled': return { state: { ...s, step: 'settled' }, outputs: [{ do: 'finish', outcome: input.how }] }
  }
}

const send = (about: About): Turn => ({
  state: { step: 'sending', about },
  outputs: [
    { do: 'command', id: 'send', name: 'sendInvitation', input: about },
    { do: 'remind', id: 'run-out', after: 'P7D', input: { type: 'RanOut' } },
  ],
})
const expire = (s: State): Turn => ({
  state: { ...s, step: 'expiring' },
  outputs: [{ do: 'command', id: 'expire', name: 'expireInvitation', input: s.about }],
})

/** Mail → accepted, taken back, or run out after 7 days. */
export const inviteMember = defineSaga<State, Own, object, InvitationCommands>({ name: 'invite-member', initial, deadline: 'P8D', step })
