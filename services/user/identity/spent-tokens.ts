import type { Row, Table } from '../../shared/kit/mongo/table.ts'

/** A refresh token that has been traded. `_id` is `<session>.<generation>`, so that each can be traded once, whoever else tries at the same moment. */
export type SpentToken = Row & {
  sessionId: string; generation: number; at: string
  /** Keyed hash of the machine and browser that traded it; rows of older versions have none. */
  by?: string
}
export type SpentTokens = {
  /** The newest that was traded: the one after it is the living token. */
  newest(sessionId: string): Promise<SpentToken | undefined>
  /** False: somebody has traded it already. Only an insert decides: no store of ours does a compare-and-set that two could not win. */
  spend(token: Omit<SpentToken, '_id'>): Promise<boolean>
  forget(sessionId: string): Promise<void>
}

const newestOf = (rows: readonly SpentToken[]): SpentToken | undefined => rows.toSorted((a, b) => a.generation - b.generation).at(-1)

export const spentTokens = (table: Table<SpentToken>): SpentTokens => ({
  newest: async sessionId => newestOf(await table.find({ sessionId })),
  spend: async token => {
    const { sessionId, generation } = token
    if ((await table.insert([{ _id: `${sessionId}.${generation}`, ...token }])).length === 0) return false
    // The newest says which all are spent; those before it need not be kept.
    await Promise.all((await table.find({ sessionId })).filter(row => row.generation < generation).map(row => table.remove({ _id: row._id })))
    return true
  },
  forget: async sessionId => { await Promise.all((await table.find({ sessionId })).map(row => table.remove({ _id: row._id }))) },
})
