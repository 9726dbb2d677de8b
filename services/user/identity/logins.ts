import type { Row, Table } from '../../shared/kit/mongo/table.ts'
import type { Keyring } from './keyring.ts'

export type Login = Row & { userId: string }
/** Which person an address belongs to, by keyed hash: no address stands here in clear. The unique `_id` is what keeps addresses unique. */
export type Logins = {
  hash(email: string): string
  /** The same for all addresses that lead to one mailbox: what stands behind a plus sign is its owner's choice. For counts only. */
  mailboxHash(email: string): string
  find(emailHash: string): Promise<string | undefined>
  /**
   * Claims an address before the person exists. If it is claimed already, answers the userId of that claim: when a crash left no person behind it,
   * whoever comes next registers under that same id, and the log's own lock decides between two that do so at once.
   */
  claim(emailHash: string, userId: string): Promise<string>
  /** Lets go of this person's claim; by then the address may be somebody else's. */
  release(emailHash: string, userId: string): Promise<void>
}

/** Addresses are compared without regard to case and Unicode form. */
export const normalised = (email: string): string => email.normalize('NFKC').trim().toLowerCase()

export const logins = (table: Table<Login>, keys: Keyring): Logins => {
  const find = async (emailHash: string): Promise<string | undefined> => (await table.one({ _id: emailHash }))?.userId
  return {
    hash: email => keys.mac('email', normalised(email)),
    mailboxHash: email => keys.mac('email', normalised(email).replace(/^([^+@]+)\+[^@]*@/, '$1@')),
    find,
    claim: async (emailHash, userId) => {
      for (;;) {
        if ((await table.insert([{ _id: emailHash, userId }])).length > 0) return userId
        const claimant = await find(emailHash)
        if (claimant) return claimant
      }
    },
    release: async (emailHash, userId) => { await table.remove({ _id: emailHash, userId }) },
  }
}
