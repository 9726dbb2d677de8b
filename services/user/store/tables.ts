import type { Connection } from 'mongoose'
import type { Tables } from '../compose.ts'
import { mongoTable, prepareTables } from './mongo-table.ts'

/** What the service keeps beside its event log, in its own database. */
export const openTables = async (db: Connection): Promise<Tables> => {
  await prepareTables(db, { logins: [], identities: ['userId'], person_keys: [], sessions: ['userId', 'day', 'family'], spent_tokens: ['sessionId'], signing_keys: [] })
  return {
    logins: mongoTable(db, 'logins'), identities: mongoTable(db, 'identities'), keys: mongoTable(db, 'person_keys'), sessions: mongoTable(db, 'sessions'), spentTokens: mongoTable(db, 'spent_tokens'), signingKeys: mongoTable(db, 'signing_keys'),
  }
}
