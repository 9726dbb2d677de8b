import type { notificationInternal } from '../shared/contracts/notification/internal.ts'
import type { Clock } from '../shared/kit/clock.ts'
import type { Aggregate } from '../shared/kit/events/log/aggregate.ts'
import type { Actor } from '../shared/kit/http/call.ts'
import type { Verify } from '../shared/kit/http/auth/auth.ts'
import type { Client } from '../shared/kit/http/client.ts'
import type { MemberCommand, MemberEvent, MemberState } from './domain/member.ts'
import type { Organization } from './domain/organization-state.ts'
import type { OrganizationEvent, OrganizationOrder } from './domain/organization.ts'
import type { Person, PersonCommand, PersonEvent } from './domain/person.ts'
import type { Keyring } from './identity/keyring.ts'
import type { Login, Logins } from './identity/logins.ts'
import type { Passwords } from './identity/passwords.ts'
import type { Sessions } from './identity/sessions.ts'
import type { SigningKeys } from './identity/signing-keys.ts'
import type { Tickets } from './identity/tickets.ts'
import type { Throttle } from './identity/throttle.ts'
import type { Vault } from './identity/vault.ts'
import type { Providers } from './oauth/providers.ts'
import type { Table } from '../shared/kit/mongo/table.ts'
import type { DaprState } from '../shared/kit/dapr/dapr.ts'
import type { Directory } from './views/directory.ts'

export type Settings = {
  /** True when people reach the platform by https: cookies are then `Secure` and `__Host-`. */
  https: boolean
  /** Answers that must not tell whether an account exists take at least this long. */
  evenMs: number
}
/** What the routes, reactions and sagas of the user service work with. */
export type UserDeps = {
  clock: Clock
  settings: Settings
  persons: Aggregate<Person, PersonCommand, PersonEvent>
  organizations: Aggregate<Organization, OrganizationOrder, OrganizationEvent>
  members: Aggregate<MemberState, MemberCommand, MemberEvent>
  keys: Keyring
  vault: Vault
  logins: Logins
  /** Which person an identity at another provider belongs to; `_id` is a keyed hash of issuer and subject. */
  identities: Table<Login>
  passwords: Passwords
  throttle: Throttle
  sessions: Sessions
  signing: SigningKeys
  accessToken: (actor: Actor) => Promise<string>
  verify: Verify
  directory: Directory
  state: DaprState
  tickets: Tickets
  /** Other sign-in providers, and where they send people back to. */
  providers: Providers
  publicUrl: string
  notification: Pick<Client<typeof notificationInternal>, 'mail' | 'dropMail'>
}
