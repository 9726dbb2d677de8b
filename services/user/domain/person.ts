import { Refused, type Decider } from '../../shared/kit/decider.ts'

/** Text encrypted with the person's own key; closing the account deletes the key. */
export type Sealed = string
type Reset = { requestId: string; requestedAt: string; expiresAt: string; times: number }
type Identity = { provider: string; subjectHash: string }
/** `name`: he founds it; `invitationId`: he joins it by that invitation. What was stored before invitations were accepted afterwards has neither. */
type FirstOrganization = { id: string; name: string | null; invitationId?: string }

export type PersonEvent =
  | { type: 'PersonRegistered'; emailHash: string; email: Sealed; profile: Sealed; password: Sealed | null; organization: FirstOrganization; at: string }
  | { type: 'ProfileChanged'; profile: Sealed; changed: string[]; organizations: string[] }
  /** `keep`: the session that did it; all others end. */
  | { type: 'PasswordChanged'; password: Sealed; by: 'self' | 'reset' | 'rehash'; keep?: string }
  | { type: 'PasswordResetRequested'; requestId: string; requestedAt: string; expiresAt: string }
  | { type: 'OrganizationJoined'; organizationId: string }
  | { type: 'IdentityLinked'; provider: string; subjectHash: string }
  | { type: 'ClosingRequested'; sagaId: string; from: string; organizations: string[] }
  | { type: 'ClosingCancelled'; sagaId: string; why: string }
  | { type: 'PersonClosed'; sagaId: string }

export type PersonCommand =
  | { type: 'Register'; emailHash: string; email: Sealed; profile: Sealed; password: Sealed | null; organization: FirstOrganization; at: string }
  | { type: 'ChangeProfile'; profile: Sealed; changed: string[] }
  | { type: 'ChangePassword'; password: Sealed; by: 'self'; keep: string }
  | { type: 'ChangePassword'; password: Sealed; by: 'rehash' }
  | { type: 'RequestPasswordReset'; requestId: string; at: string; expiresAt: string }
  | { type: 'ResetPassword'; requestId: string; password: Sealed; at: string }
  | { type: 'JoinOrganization'; organizationId: string }
  | { type: 'LinkIdentity'; provider: string; subjectHash: string }
  | { type: 'RequestClosing'; sagaId: string; from: string }
  | { type: 'CancelClosing'; sagaId: string; why: string }
  | { type: 'Close'; sagaId: string }
  /** The invitation that he signed up by does not hold: nobody lets him in. */
  | { type: 'TurnAway'; organizationId: string; sagaId: string }

export type Living = {
  status: 'active' | 'closing'; emailHash: string; email: Sealed; profile: Sealed; password: Sealed | null
  organizations: string[]; identities: Identity[]; reset: Reset | null; sagaId: string | null; createdAt: string
  /** How many passwords have been set since the first; hashing one anew sets none. */
  passwordChanges: number
  /** The session in which the present one took the place of the one before; null where it was set otherwise. */
  passwordSetIn: string | null
  /** The one before, where the present one was set in a session. */
  passwordBefore: Sealed | null
}
export type Person = { status: 'absent' } | { status: 'closed'; sagaId: string } | Living

const minute = 60_000
/** However often somebody asks, a second mail is sent after a minute, the next after two more, then four, up to an hour: nobody can flood another's mailbox. */
const resetPause = (times: number): number => Math.min(60 * minute, minute * 2 ** (times - 1))
const sinceReset = ({ reset }: Living, at: string): number => (reset ? Date.parse(at) - Date.parse(reset.requestedAt) : Infinity)

const decide = (person: Person, command: PersonCommand): PersonEvent[] => {
  if (command.type === 'Register') return register(person, command)
  if ((command.type === 'Close' || command.type === 'TurnAway') && person.status === 'closed') return []
  const living = alive(person)
  switch (command.type) {
    case 'ChangeProfile': return active(living) && command.changed.length ? [{ ...command, type: 'ProfileChanged', organizations: living.organizations }] : []
    case 'ChangePassword': return active(living) ? [{ ...command, type: 'PasswordChanged' }] : []
    case 'RequestPasswordReset': return requestReset(living, command)
    case 'ResetPassword': return resetPassword(living, command)
    case 'JoinOrganization': {
      const { organizationId } = command
      return !active(living) || living.organizations.includes(organizationId) ? [] : [{ type: 'OrganizationJoined', organizationId }]
    }
    case 'LinkIdentity': return active(living) ? link(living, command) : []
    case 'RequestClosing': {
      const { sagaId, from } = command
      return living.status === 'closing' ? [] : [{ type: 'ClosingRequested', sagaId, from, organizations: living.organizations }]
    }
    case 'CancelClosing': return closingBy(living, command.sagaId) ? [{ type: 'ClosingCancelled', sagaId: command.sagaId, why: command.why }] : []
    case 'Close': return closingBy(living, command.sagaId) ? [{ type: 'PersonClosed', sagaId: command.sagaId }] : []
    case 'TurnAway': {
      const hasNoOther = living.organizations.every(id => id === command.organizationId)
      return living.status === 'active' && hasNoOther ? [{ type: 'PersonClosed', sagaId: command.sagaId }] : []
    }
  }
}

const alive = (person: Person): Living => {
  if (person.status === 'absent' || person.status === 'closed') throw new Refused('missing', 'user-unknown', 'There is no such user.')
  return person
}
const active = (living: Living): true => {
  if (living.status === 'closing') throw new Refused('forbidden', 'account-closing', 'The account is being closed.')
  return true
}
const closingBy = (living: Living, sagaId: string): boolean => living.status === 'closing' && living.sagaId === sagaId

const register = (person: Person, command: Extract<PersonCommand, { type: 'Register' }>): PersonEvent[] => {
  if (person.status !== 'absent') throw new Refused('rule', 'email-taken', 'There is an account with this address already.')
  return [{ ...command, type: 'PersonRegistered' }]
}
const requestReset = (living: Living, { requestId, at, expiresAt }: Extract<PersonCommand, { type: 'RequestPasswordReset' }>): PersonEvent[] => {
  if (living.status === 'closing') return []
  if (living.reset && sinceReset(living, at) < resetPause(living.reset.times)) return []
  return [{ type: 'PasswordResetRequested', requestId, requestedAt: at, expiresAt }]
}
const resetPassword = (living: Living, { requestId, password, at }: Extract<PersonCommand, { type: 'ResetPassword' }>): PersonEvent[] => {
  if (living.status === 'closing' || living.reset?.requestId !== requestId || at >= living.reset.expiresAt)
    throw new Refused('rule', 'reset-token-invalid', 'This link has been used or is too old. Ask for a new one.')
  return [{ type: 'PasswordChanged', password, by: 'reset' }]
}
const link = ({ identities }: Living, { provider, subjectHash }: Extract<PersonCommand, { type: 'LinkIdentity' }>): PersonEvent[] => {
  const linked = identities.find(i => i.provider === provider)
  if (linked && linked.subjectHash !== subjectHash) throw new Refused('rule', 'identity-linked', 'Another account of this provider is linked already.')
  return linked ? [] : [{ type: 'IdentityLinked', provider, subjectHash }]
}

const evolve = (person: Person, event: PersonEvent): Person => {
  if (event.type === 'PersonRegistered') {
    const { emailHash, email, profile, password, organization, at } = event
    return {
      status: 'active', emailHash, email, profile, password, organizations: [organization.id],
      identities: [], reset: null, sagaId: null, createdAt: at, passwordChanges: 0, passwordSetIn: null, passwordBefore: null,
    }
  }
  if (person.status === 'absent' || person.status === 'closed') return person
  switch (event.type) {
    case 'ProfileChanged': return { ...person, profile: event.profile }
    case 'PasswordChanged': {
      const { by, password, keep = null } = event
      if (by === 'rehash') return { ...person, password }
      const passwordBefore = keep === null ? null : person.password
      return { ...person, password, reset: null, passwordChanges: person.passwordChanges + 1, passwordSetIn: keep, passwordBefore }
    }
    case 'PasswordResetRequested': return { ...person, reset: requested(person, event) }
    case 'OrganizationJoined': return { ...person, organizations: [...person.organizations, event.organizationId] }
    case 'IdentityLinked': return { ...person, identities: [...person.identities, { provider: event.provider, subjectHash: event.subjectHash }] }
    case 'ClosingRequested': return { ...person, status: 'closing', sagaId: event.sagaId, reset: null }
    case 'ClosingCancelled': return { ...person, status: 'active', sagaId: null }
    case 'PersonClosed': return { status: 'closed', sagaId: event.sagaId }
  }
}

const requested = (person: Living, { requestId, requestedAt, expiresAt }: Extract<PersonEvent, { type: 'PasswordResetRequested' }>): Reset =>
  ({ requestId, requestedAt, expiresAt, times: sinceReset(person, requestedAt) < 24 * 60 * minute ? (person.reset?.times ?? 0) + 1 : 1 })

/** A human being, above organizations. Stream `-/person/<userId>`. */
export const personDecider: Decider<Person, PersonCommand, PersonEvent> = { initial: { status: 'absent' }, decide, evolve }
