import { Refused, type Decider } from '../../shared/kit/decider.ts'

/** `too-many`: the person has begun more of them than he can need. */
export type EndReason = 'logout' | 'ended' | 'reuse' | 'password' | 'disabled' | 'closed' | 'too-many'
export type SessionEvent =
  | { type: 'SessionStarted'; userId: string; by: 'registration' | 'password' | 'switch' | 'oauth' }
  | { type: 'SessionEnded'; userId: string; reason: EndReason }
export type SessionCommand =
  | { type: 'StartSession'; userId: string; by: 'registration' | 'password' | 'switch' | 'oauth' }
  | { type: 'EndSession'; reason: EndReason }
export type SessionState = { status: 'absent' } | { status: 'living' | 'ended'; userId: string }

const decide = (session: SessionState, command: SessionCommand): SessionEvent[] => {
  switch (command.type) {
    case 'StartSession':
      if (session.status !== 'absent') throw new Refused('rule', 'session-exists', 'This session has begun already.')
      return [{ type: 'SessionStarted', userId: command.userId, by: command.by }]
    case 'EndSession': return session.status === 'living' ? [{ type: 'SessionEnded', userId: session.userId, reason: command.reason }] : []
  }
}
const evolve = (_: SessionState, event: SessionEvent): SessionState => ({ status: event.type === 'SessionStarted' ? 'living' : 'ended', userId: event.userId })

/** From sign-in to its end, in one organization; a stream of its own, so that logins never queue behind each other. Rotation of its token is no event. */
export const sessionDecider: Decider<SessionState, SessionCommand, SessionEvent> = { initial: { status: 'absent' }, decide, evolve }
