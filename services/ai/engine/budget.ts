import type { Connection } from 'mongoose'

/** Tokens that an organization may use in a day (UTC). */
export type Budget = { allows(organizationId: string, at: string): Promise<boolean>; spend(organizationId: string, at: string, tokens: number): Promise<void> }

const idOf = (organizationId: string, at: string): string => `${organizationId}.${at.slice(0, 10)}`

/** Counted in the service's own database, so that all replicas share it. */
export const mongoBudget = (db: Connection, perDay: number): Budget => {
  const spent = db.collection<{ _id: string; tokens: number }>('token_budgets')
  return {
    allows: async (organizationId, at) => ((await spent.findOne({ _id: idOf(organizationId, at) }))?.tokens ?? 0) < perDay,
    spend: async (organizationId, at, tokens) => { await spent.updateOne({ _id: idOf(organizationId, at) }, { $inc: { tokens } }, { upsert: true }) },
  }
}

/** For tests in process. */
export const memoryBudget = (perDay: number): Budget => {
  const spent = new Map<string, number>()
  return {
    allows: async (organizationId, at) => (spent.get(idOf(organizationId, at)) ?? 0) < perDay,
    spend: async (organizationId, at, tokens) => { spent.set(idOf(organizationId, at), (spent.get(idOf(organizationId, at)) ?? 0) + tokens) },
  }
}
