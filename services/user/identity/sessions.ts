import { LRUCache } from 'lru-cache'
import { singleFlight } from '../../shared/kit/batching/single-flight.ts'
import { withoutVersion, type CommandMeta } from '../../shared/kit/command.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { inParallel } from '../../shared/kit/in-parallel.ts'
import { machineOf } from '../../shared/kit/http/machine.ts'
import { derivedId } from '../../shared/kit/ids.ts'
import type { EndReason, SessionCommand, SessionState } from '../domain/session.ts'
import type { Table } from '../../shared/kit/mongo/table.ts'
import type { Keyring } from './keyring.ts'
import { firstToken, readToken, successor, writeToken, type RefreshToken } from './refresh-token.ts'
import { familyOf, isLongOver, lives, overSince, sessionLimits, type SessionRow } from './session-row.ts'
import type { SpentTokens } from './spent-tokens.ts'

type Handle = (tenantId: string, id: string, command: SessionCommand, meta: CommandMeta) => Promise<{ state: SessionState }>
/** `parent`: the session that is switched from. */
export type StartSession = {
  id: string; userId: string; organizationId: string; by: 'registration' | 'password' | 'switch' | 'oauth'
  ip: string; userAgent: string; parent?: SessionRow
}
type Ending = Pick<SessionRow, '_id' | 'organizationId' | 'family'>
type Held = { row: SessionRow; given: RefreshToken }
/** From where a token comes. */
type Machine = { ip: string; userAgent: string }
export type Sessions = {
  start(session: StartSession, meta: CommandMeta): Promise<string>
  /** The living session that a token was given out for; whether it is the living token shows when it is traded. */
  hold(token: string, at: string): Promise<Held>
  /** The next token, and for a while the same one again to whoever has not got it (`sessionLimits`); an older one that comes back ends the session. */
  trade(held: Held, by: Machine, meta: CommandMeta): Promise<string>
  /** The session that a token belongs to, whether it is the living one or not. */
  ofToken(token: string): Promise<SessionRow | undefined>
  living(userId: string, at: string): Promise<SessionRow[]>
  find(id: string): Promise<SessionRow | undefined>
  /** Ends it and, where the reason is one of the sign-in, those that were switched to from it. */
  end(row: Ending, reason: EndReason, meta: CommandMeta): Promise<void>
  /** Removes what has been over for good: sessions of the ten days before the longest life that one can have. */
  tidy(at: string): Promise<void>
  /** Removes what is kept of a person's sessions. */
  forget(userId: string): Promise<void>
  /** What follows once the log has said that a session has ended: it is noted, and those end that end with it. */
  ended(id: string, reason: EndReason, meta: CommandMeta): Promise<void>
  /** A person has begun one more: ends those that he has not used for longest, when there are too many, and removes what has long been over. */
  bound(userId: string, meta: CommandMeta): Promise<void>
  /** `before`: only those that began before this instant. */
  endAll(which: { userId: string; organizationId?: string; except?: string; before?: string }, reason: EndReason, meta: CommandMeta): Promise<void>
}

const day = 86_400_000
// An end is a commit and an update: so many of them side by side leave room for everybody else.
const atOnce = 16
/** Signing out and a stolen token concern all that came of the sign-in; being shut out of one organization, or having too many, one session alone. */
const ofTheFamily: ReadonlySet<EndReason> = new Set<EndReason>(['logout', 'ended', 'reuse'])
// Whoever has a hundred sessions is not looked through at each sign-in, and who has left very many behind is cleared up after bit by bit.
const [lookEvery, removedAtOnce] = [16, 2_000]
const since = (from: string, to: string): number => Date.parse(to) - Date.parse(from)

export const sessions = (table: Table<SessionRow>, spent: SpentTokens, keys: Keyring, handle: Handle): Sessions => {
  // Since they were looked through last, by person.
  const begunSince = new LRUCache<string, number>({ max: 10_000 })
  const looking = singleFlight<void>()
  const endOne = async ({ _id, organizationId }: Pick<Ending, '_id' | 'organizationId'>, reason: EndReason, meta: CommandMeta): Promise<void> => {
    // The log first: whoever hears of it (sockets) must hear of it even if this process dies now; its follow-up then marks the row.
    await handle(organizationId, _id, { type: 'EndSession', reason }, { ...withoutVersion(meta), commandId: derivedId(meta.commandId, 'end', _id) })
    await table.set({ _id, endedAt: null }, { endedAt: meta.at })
  }
  /** Until none is found: another one may have begun from one that was just being ended. */
  const endEach = async (left: () => Promise<SessionRow[]>, reason: EndReason, meta: CommandMeta): Promise<void> => {
    for (let rows = await left(); rows.length; rows = await left()) await inParallel(rows, atOnce, row => endOne(row, reason, meta))
  }
  /** The one that was signed in to, and those that were switched to: not all that the person has begun are read. */
  const inFamily = async (family: string): Promise<SessionRow[]> => {
    const [root, switched] = await Promise.all([table.one({ _id: family }), table.find({ family })])
    return root ? [root, ...switched] : switched
  }
  const endFamily = (family: string, reason: EndReason, meta: CommandMeta): Promise<void> =>
    endEach(async () => (await inFamily(family)).filter(row => lives(row, meta.at)), reason, meta)
  const end: Sessions['end'] = async (row, reason, meta) => {
    await endOne(row, reason, meta)
    if (ofTheFamily.has(reason)) await endFamily(familyOf(row), reason, meta)
  }
  const remove = async (id: string): Promise<void> => { await Promise.all([table.remove({ _id: id }), spent.forget(id)]) }
  const lookThrough = async (userId: string, meta: CommandMeta): Promise<void> => {
    const rows = await table.find({ userId })
    const living = rows.filter(row => lives(row, meta.at)).toSorted((a, b) => (a.lastSeenAt < b.lastSeenAt ? 1 : -1))
    await inParallel(living.slice(sessionLimits.perPerson), atOnce, row => endOne(row, 'too-many', meta))
    // Who signs out by one that is over means what still lives of its sign-in; only its row tells. But each switch leaves one more, and all are read here.
    const livingFamilies = new Set(living.map(familyOf))
    const over = rows.filter(row => isLongOver(row, meta.at)).toSorted((a, b) => (overSince(a) < overSince(b) ? 1 : -1))
    const needed = new Set(over.filter(row => livingFamilies.has(familyOf(row))).slice(0, sessionLimits.overPerPerson))
    const unneeded = over.filter(row => !needed.has(row))
    await inParallel(unneeded.slice(0, removedAtOnce), atOnce, row => remove(row._id))
  }
  const refused = (code: string): Refused => new Refused('unauthenticated', code, 'The session has ended. Sign in again.')

  return {
    start: async ({ id, userId, organizationId, by, ip, userAgent, parent }, meta) => {
      const { state } = await handle(organizationId, id, { type: 'StartSession', userId, by }, meta)
      // The id is taken only when this very sign-in is repeated with its Idempotency-Key; then the token is the same, too.
      // What has ended does not begin again, though its row is gone.
      const family = parent && { family: familyOf(parent), signedInAt: parent.signedInAt ?? parent.createdAt }
      if (state.status === 'living') {
        const times = { createdAt: meta.at, lastSeenAt: meta.at, day: meta.at.slice(0, 10), endedAt: null }
        await table.insert([{ _id: id, userId, organizationId, ip, userAgent, ...times, ...family }])
      }
      return writeToken(keys, firstToken(keys, id))
    },
    hold: async (text, at) => {
      const given = readToken(keys, text)
      if (!given) throw refused('bad-refresh-token')
      const row = await table.one({ _id: given.sessionId })
      if (!row || !lives(row, at)) throw refused('session-ended')
      return { row, given }
    },
    trade: async ({ row, given }, { ip, userAgent }, meta) => {
      const next = writeToken(keys, successor(keys, given))
      const by = keys.mac('machine', [row._id, machineOf(ip), userAgent].join('\n'))
      const before = await spent.newest(row._id)
      if (given.generation > (before?.generation ?? -1) && await spent.spend({ sessionId: row._id, generation: given.generation, at: meta.at, by })) {
        await table.set({ _id: row._id, endedAt: null }, { lastSeenAt: meta.at })
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
      return given && table.one({ _id: given.sessionId })
    },
    living: async (userId, at) => (await table.find({ userId, endedAt: null })).filter(row => lives(row, at)),
    find: id => table.one({ _id: id }),
    end,
    tidy: async at => {
      for (let back = 1; back <= 10; back++) {
        const old = await table.find({ day: new Date(Date.parse(at) - sessionLimits.absoluteMs - back * day).toISOString().slice(0, 10) })
        for (const row of old) await remove(row._id)
      }
    },
    forget: async userId => { await inParallel(await table.find({ userId }), atOnce, row => remove(row._id)) },
    ended: async (id, reason, meta) => {
      await table.set({ _id: id, endedAt: null }, { endedAt: meta.at })
      if (ofTheFamily.has(reason)) await endFamily(familyOf(await table.one({ _id: id }) ?? { _id: id }), reason, meta)
    },
    bound: async (userId, meta) => {
      const begun = (): number => begunSince.get(userId) ?? 0
      if (begun() === 0) await looking(userId, () => lookThrough(userId, meta))
      begunSince.set(userId, (begun() + 1) % lookEvery)
    },
    endAll: ({ userId, organizationId, except, before }, reason, meta) => {
      const meant = (row: SessionRow): boolean => row._id !== except && (before === undefined || row.createdAt <= before) && lives(row, meta.at)
      const among = { userId, endedAt: null, ...(organizationId !== undefined && { organizationId }) }
      return endEach(async () => (await table.find(among)).filter(meant), reason, meta)
    },
  }
}
