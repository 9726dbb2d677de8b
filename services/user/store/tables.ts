import type { Connection } from 'mongoose'
import { mongoTable } from '../../shared/kit/mongo/mongo-table.ts'
import type { Tables } from '../compose.ts'
import type { Login } from '../identity/logins.ts'
import type { SessionRow } from '../identity/session-row.ts'
import type { SigningKeyRow } from '../identity/signing-keys.ts'
import type { SpentToken } from '../identity/spent-tokens.ts'
import type { OwnerKey } from '../identity/vault.ts'

/** What the service keeps beside its event log, in its own database. */
export const openTables = async (db: Connection): Promise<Tables> => ({
  logins: await mongoTable<Login>(db, 'logins', []),
  identities: await mongoTable<Login>(db, 'identities', ['userId']),
  keys: await mongoTable<OwnerKey>(db, 'person_keys', []),
  sessions: await mongoTable<SessionRow>(db, 'sessions', ['userId', 'day', 'family']),
  spentTokens: await mongoTable<SpentToken>(db, 'spent_tokens', ['sessionId']),
  signingKeys: await mongoTable<SigningKeyRow>(db, 'signing_keys', []),
})
