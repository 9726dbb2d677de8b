import type { notificationInternal } from '../shared/contracts/notification/internal.ts'
import type { Clock } from '../shared/kit/clock.ts'
import type { Dapr } from '../shared/kit/dapr/dapr.ts'
import { aggregate } from '../shared/kit/events/log/aggregate.ts'
import type { EventLog } from '../shared/kit/events/log/event-log.ts'
import { tokenVerifier } from '../shared/kit/http/auth/auth.ts'
import type { Client } from '../shared/kit/http/client.ts'
import type { Settings, UserDeps } from './deps.ts'
import { memberDecider } from './domain/member.ts'
import { organizationDecider } from './domain/organization.ts'
import { personDecider } from './domain/person.ts'
import { sessionDecider } from './domain/session.ts'
import { accessTokens } from './identity/access-token.ts'
import type { HashCost } from './identity/hashing/job.ts'
import { keyring } from './identity/keyring.ts'
import { logins, type Login } from './identity/logins.ts'
import { passwords } from './identity/passwords.ts'
import type { SessionRow } from './identity/session-row.ts'
import { sessions } from './identity/sessions.ts'
import { spentTokens, type SpentToken } from './identity/spent-tokens.ts'
import { signingKeys, type SigningKeyRow } from './identity/signing-keys.ts'
import { tickets } from './identity/tickets.ts'
import { throttle } from './identity/throttle.ts'
import { vault, type OwnerKey } from './identity/vault.ts'
import type { Providers } from './oauth/providers.ts'
import type { UserEvent } from './publish.ts'
import type { Table } from '../shared/kit/mongo/table.ts'
import { closeAccount } from './sagas/close-account.ts'
import { closingCommands } from './sagas/closing-commands.ts'
import { invitationCommands } from './sagas/invitation-commands.ts'
import { inviteMember } from './sagas/invite-member.ts'
import { directory } from './views/directory.ts'

export type Tables = {
  logins: Table<Login>; identities: Table<Login>; keys: Table<OwnerKey>
  sessions: Table<SessionRow>; spentTokens: Table<SpentToken>; signingKeys: Table<SigningKeyRow>
}
export type Parts = {
  log: EventLog<UserEvent>
  tables: Tables
  dapr: Pick<Dapr, 'state'>
  notification: Pick<Client<typeof notificationInternal>, 'mail' | 'dropMail'>
  clock: Clock
  tokenKey: string
  publicUrl: string
  providers: Providers
  settings: Settings
  hashCost: HashCost
}

/** Puts the service together from what it is given: real parts in `main.ts`, doubles in tests. */
export const assemble = ({ log, tables, dapr, notification, clock, tokenKey, publicUrl, providers, settings, hashCost }: Parts): UserDeps => {
  const keys = keyring(tokenKey)
  const persons = aggregate({ name: 'person', log, decider: personDecider })
  const sessionStreams = aggregate({ name: 'session', log, decider: sessionDecider })
  const safe = vault(tables.keys, keys)
  const signing = signingKeys(tables.signingKeys, keys, clock)
  return {
    clock, settings, keys, signing, persons, notification, providers, publicUrl,
    organizations: aggregate({ name: 'organization', log, decider: organizationDecider, cacheSize: 2_000 }),
    members: aggregate({ name: 'member', log, decider: memberDecider }),
    vault: safe,
    logins: logins(tables.logins, keys),
    identities: tables.identities,
    passwords: passwords(hashCost),
    throttle: throttle(dapr.state, clock),
    sessions: sessions(tables.sessions, spentTokens(tables.spentTokens), keys, (...command) => sessionStreams.handle(...command)),
    accessToken: accessTokens({ issuer: publicUrl, signing, clock }),
    verify: tokenVerifier({ issuer: publicUrl, keys: () => signing.jwks(), clock }),
    directory: directory(persons, safe),
    state: dapr.state,
    tickets: tickets(dapr.state),
  }
}

/** The sagas of this service and what they do in it, for whoever hosts them. */
export const sagasOf = (deps: UserDeps) => ({
  actorType: 'UserSaga' as const, sagas: [closeAccount, inviteMember], commands: { ...closingCommands(deps), ...invitationCommands(deps) },
})
