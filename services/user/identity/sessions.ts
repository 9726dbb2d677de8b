import type { CommandMeta } from '../../shared/kit/command.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { machineOf } from '../../shared/kit/http/machine.ts'
import { derivedId } from '../../shared/kit/ids.ts'
import type { EndReason, SessionCommand } from '../domain/session.ts'
import type { Row, Table } from '../store/table.ts'
import type { Keyring } from './keyring.ts'
import { firstToken, readToken, successor, writeToken, type RefreshToken } from './refresh-token.ts'
import type { SpentTokens } from './spent-tokens.ts'

export type SessionRow = Row & {
  userId: string; organizationId: string; ip: string; userAgent: string; createdAt: string; lastSeenAt: string; endedAt: string | null
  /** The day it began, so that what is long over is found by equality. */
  day: string
}
type Handle = (tenantId: string, id: string, command: SessionCommand, meta: CommandMeta) => Promise<unknown>
export type StartSession = { id: string; userId: string; organizationId: string; by: 'registration' | 'password' | 'switch' | 'oauth'; ip: string; userAgent: string }
type Held = { row: SessionRow; given: RefreshToken }
/** From where a token comes. */
type Machine = { ip: string; userAgent: string }
export type Sessions = {
  start(session: StartSession, meta: CommandMeta): Promise<string>
  /** The living session that a token was given out for; whether it is the living token shows when it is traded. */
  hold(token: string, at: string): Promise<Held>
  /** The next token; an old one that comes back ends the session. */
  trade(held: Held, by: Machine, meta: CommandMeta): Promise<string>
  /** The session that a token belongs to, whether it is the living one or not. */
  ofToken(token: string): Promise<SessionRow | undefined>
  living(userId: string, at: string): Promise<SessionRow[]>
  find(id: string): Promise<SessionRow | undefined>
  end(row: Pick<SessionRow, '_id' | 'organizationId'>, reason: EndReason, meta: CommandMeta): Promise<void>
  /** Removes what has been over for good: sessions of the ten days before the longest life that one can have. */
  tidy(at: string): Promise<void>
  /** Removes what is kept of a person's sessions. */
  forget(userId: string): Promise<void>
  /** Notes that a session has ended, after the log has said so. */
  mark(id: string, at: string): Promise<void>
  /** `before`: only those that began before this instant. */
  endAll(which: { userId: string; organizationId?: string; except?: string; before?: string }, reason: EndReason, meta: CommandMeta): Promise<void>
}

const day = 86_400_000
/**
 * A session ends after two weeks of silence, and after 90 days in any case. The token before the living one is taken for 10 s more, and for two minutes from where
 * it was traded: there the answer may have been lost, and a restart of this service alone can take longer than 10 s.
 */
export const sessionLimits = { idleMs: 14 * day, absoluteMs: 90 * day, graceMs: 10_000, sameMachineMs: 120_000 }
const since = (from: string, to: string): number => Date.parse(to) - Date.parse(from)
/** When a session that is not used any more will have ended. */
export const expiryOf = ({ createdAt, lastSeenAt }: Pick<SessionRow, 'createdAt' | 'lastSeenAt'>): string =>
  new Date(Math.min(Date.parse(createdAt) + sessionLimits.absoluteMs, Date.parse(lastSeenAt) + sessionLimits.idleMs)).toISOString()
const lives = (row: SessionRow, at: string): boolean => row.endedAt === null && at < expiryOf(row)

export const sessions = (table: Table<SessionRow>, spent: SpentTokens, keys: Keyring, handle: Handle): Sessions => {
  const end: Sessions['end'] = async ({ _id, organizationId }, reason, meta) => {
    // The log first: whoever hears of it (sockets) must hear of it even if this process dies now; its follow-up then marks the row.
    const { expectedVersion: _, ...rest } = meta
    await handle(organizationId, _id, { type: 'EndSession', reason }, { ...rest, commandId: derivedId(meta.commandId, 'end', _id) })
    await table.update(_id, { endedAt: null }, { endedAt: meta.at })
  }
  const remove = async (id: string): Promise<void> => { await Promise.all([table.remove(id), spent.forget(id)]) }
  const refused = (code: string): Refused => new Refused('unauthenticated', code, 'The session has ended. Sign in again.')

  return {
    start: async ({ id, userId, organizationId, by, ip, userAgent }, meta) => {
      await handle(organizationId, id, { type: 'StartSession', userId, by }, meta)
      // The id is taken only when this very sign-in is repeated with its Idempotency-Key; then the token is the same, too.
      await table.insert({ _id: id, userId, organizationId, ip, userAgent, createdAt: meta.at, lastSeenAt: meta.at, day: meta.at.slice(0, 10), endedAt: null })
      return writeToken(keys, firstToken(keys, id))
    },
    hold: async (text, at) => {
      const given = readToken(keys, text)
      if (!given) throw refused('bad-refresh-token')
      const row = await table.find(given.sessionId)
      if (!row || !lives(row, at)) throw refused('session-ended')
      return { row, given }
    },
    trade: async ({ row, given }, { ip, userAgent }, meta) => {
      const next = writeToken(keys, successor(keys, given))
      const by = keys.mac('machine', [row._id, machineOf(ip), userAgent].join('\n'))
      const before = await spent.newest(row._id)
      if (given.generation > (before?.generation ?? -1) && await spent.spend({ sessionId: row._id, generation: given.generation, at: meta.at, by })) {
        await table.update(row._id, { endedAt: null }, { lastSeenAt: meta.at })
        return next
      }
      // Whoever traded it may have been another tab of the same browser, or never got the answer.
      const newest = await spent.newest(row._id)
      const graceMs = newest?.by === by ? sessionLimits.sameMachineMs : sessionLimits.graceMs
      if (newest?.generation === given.generation && since(newest.at, meta.at) <= graceMs) return next
      await end(row, 'reuse', meta)
      throw refused('refresh-token-reused')
    },
    ofToken: async text => {
      const given = readToken(keys, text)
      return given && table.find(given.sessionId)
    },
    living: async (userId, at) => (await table.findWhere({ userId, endedAt: null })).filter(row => lives(row, at)),
    find: id => table.find(id),
    end,
    tidy: async at => {
      for (let back = 1; back <= 10; back++) {
        const old = await table.findWhere({ day: new Date(Date.parse(at) - sessionLimits.absoluteMs - back * day).toISOString().slice(0, 10) })
        for (const row of old) await remove(row._id)
      }
    },
    forget: async userId => { await Promise.all((await table.findWhere({ userId })).map(row => remove(row._id))) },
    mark: async (id, at) => { await table.update(id, { endedAt: null }, { endedAt: at }) },
    endAll: async ({ userId, organizationId, except, before }, reason, meta) => {
      const left = async (): Promise<SessionRow[]> => (await table.findWhere({ userId, endedAt: null, ...(organizationId !== undefined && { organizationId }) }))
        .filter(row => row._id !== except && (before === undefined || row.createdAt <= before))
      // Until none is found: another one may have begun from one that was just being ended.
      for (let rows = await left(); rows.length; rows = await left()) await Promise.all(rows.map(row => end(row, reason, meta)))
    },
  }
}
