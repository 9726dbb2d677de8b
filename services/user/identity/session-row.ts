import type { Row } from '../../shared/kit/mongo/table.ts'

export type SessionRow = Row & {
  userId: string; organizationId: string; ip: string; userAgent: string; createdAt: string; lastSeenAt: string; endedAt: string | null
  /** The day it began, so that what is long over is found by equality. */
  day: string
  /** Of one that was switched to: the session that the person signed in to, and when he did. */
  family?: string; signedInAt?: string
}

const day = 86_400_000
/**
 * A session ends after two weeks of silence, and 90 days after the sign-in in any case. The token before the living one is taken
 * for 10 s more, and for two minutes from where it was traded: there the answer may have been lost, and a restart of this service alone
 * can take longer than 10 s. A person has about a hundred sessions.
 * The row of one that is over is kept for an hour: what follows from its end may come late, and who signs out by it means his whole sign-in;
 * while others of that sign-in live, it stays, if it is among the newest two hundred of the person.
 */
export const sessionLimits = {
  idleMs: 14 * day, absoluteMs: 90 * day, graceMs: 10_000, sameMachineMs: 120_000, perPerson: 100,
  overMs: 3_600_000, overPerPerson: 200,
}

/** When a session that is not used any more will have ended. */
export const expiryOf = ({ createdAt, signedInAt, lastSeenAt }: Pick<SessionRow, 'createdAt' | 'signedInAt' | 'lastSeenAt'>): string =>
  new Date(Math.min(Date.parse(signedInAt ?? createdAt) + sessionLimits.absoluteMs, Date.parse(lastSeenAt) + sessionLimits.idleMs)).toISOString()
export const lives = (row: SessionRow, at: string): boolean => row.endedAt === null && at < expiryOf(row)
/** Of one that is over: since when. */
export const overSince = (row: SessionRow): string => row.endedAt ?? expiryOf(row)
/** Whether nobody needs its row any more, unless others of its sign-in live. */
export const isLongOver = (row: SessionRow, at: string): boolean => Date.parse(overSince(row)) + sessionLimits.overMs <= Date.parse(at)
/** What all sessions of one sign-in have in common. */
export const familyOf = ({ _id, family }: Pick<SessionRow, '_id' | 'family'>): string => family ?? _id
