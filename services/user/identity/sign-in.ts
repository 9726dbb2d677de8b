import type { OrganizationRole } from '../../shared/contracts/primitives.ts'
import type { Profile, SignedIn } from '../../shared/contracts/user/resources.ts'
import type { CommandMeta } from '../../shared/kit/command.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import type { Cookies } from '../../shared/kit/http/call.ts'
import type { UserDeps } from '../deps.ts'
import { actingIn } from '../domain/organization-state.ts'
import type { Person } from '../domain/person.ts'
import type { EndReason } from '../domain/session.ts'
import type { Details, Loaded } from '../views/directory.ts'
import { accessTokenSeconds } from './access-token.ts'
import { browserCookies } from './cookies.ts'
import { lives, type SessionRow } from './session-row.ts'

type Prepared = Omit<SignedIn, 'refreshToken'>
type Membership = { organizationId: string; name: string; role: OrganizationRole }
export type Caller = { ip: string; userAgent: string; cookies: Cookies; meta: CommandMeta; newId: () => string }
/** `person`: as the caller has just seen him, so that the log is not asked again; `from`: the session that he switches from. */
type Entrance = { by: 'registration' | 'password' | 'oauth'; person: Loaded } | { by: 'switch'; from: string; person?: undefined }
type Start = Entrance & { userId: string; member: Membership; tokenIn: 'body' | 'cookie' }
type Deps = Pick<UserDeps, 'persons' | 'organizations' | 'sessions' | 'accessToken' | 'directory' | 'settings' | 'keys'>
/** Why a session ends that should not have begun; all else is that the organization does not let him in any more. */
const endReasons: Readonly<Record<string, EndReason>> = { 'session-ended': 'ended', 'bad-credentials': 'password' }
const passwordChanges = (person: Person): number | undefined => ('passwordChanges' in person ? person.passwordChanges : undefined)

/** A person as one of his organizations sees him. */
export const profileOf = (
  { id, email, name, avatarUrl, timezone, locale, preferences, createdAt, version }: Details,
  { organizationId, role }: Pick<Membership, 'organizationId' | 'role'>,
): Profile => ({ id, email, name, avatarUrl, timezone, locale, preferences, role, organizationId, createdAt, version })

/** Whether this is an organization's answer, and not that it cannot be asked. */
export const shutsOut = (error: unknown): error is Refused => error instanceof Refused && error.kind !== 'unavailable'

export const signIn = ({ persons, organizations, sessions, accessToken, directory, settings, keys }: Deps) => {
  const cookies = browserCookies(settings, keys)
  /** The role that somebody has in an organization now, or why he may not act in it. */
  const membership = async (userId: string, organizationId: string): Promise<Membership> => {
    const { state } = await organizations.load(organizationId, organizationId)
    return { organizationId, name: state.name, role: actingIn(state, userId).role }
  }
  const known = async (userId: string, person?: Loaded): Promise<Details> => {
    const details = person ? await directory.open(userId, person) : await directory.details(userId)
    if (!details) throw new Refused('missing', 'user-unknown', 'There is no such user.')
    return details
  }
  /** All of an answer but the refresh token. */
  const prepare = async (userId: string, member: Membership, sessionId: string, person?: Loaded): Promise<Prepared> => {
    const { organizationId, name, role } = member
    const [details, access] = await Promise.all([known(userId, person), accessToken({ userId, organizationId, role, sessionId })])
    return { user: profileOf(details, member), organization: { id: organizationId, name, role }, accessToken: access, expiresIn: accessTokenSeconds }
  }
  const answer = (prepared: Prepared, token: string, intoCookie: boolean, jar: Cookies): SignedIn => {
    if (intoCookie) cookies.keepRefreshToken(jar, token)
    return { ...prepared, refreshToken: intoCookie ? null : token }
  }
  const parentOf = async (from: string, at: string): Promise<SessionRow> => {
    const row = await sessions.find(from)
    if (!row || !lives(row, at)) throw new Refused('unauthenticated', 'session-ended', 'The session has ended. Sign in again.')
    return row
  }
  /**
   * Whoever ends all sessions, or shuts somebody out, does not find one just beginning: once it is there, what let the person in is looked at again.
   * Answers what is known of him then.
   */
  const again = async (start: Start, at: string): Promise<{ member: Membership; person: Loaded | undefined }> => {
    if (start.by === 'switch') await parentOf(start.from, at)
    const person = start.by === 'password' ? await persons.load(NO_TENANT, start.userId) : start.person
    if (start.by === 'password' && person && passwordChanges(person.state) !== passwordChanges(start.person.state))
      throw new Refused('unauthenticated', 'bad-credentials', 'The address or the password is wrong.')
    return { member: await membership(start.userId, start.member.organizationId), person }
  }

  return {
    membership,
    known,
    /** The organization that a sign-in is for: the wished one, else the first that lets him in. */
    choose: async (userId: string, ids: readonly string[], wished?: string): Promise<Membership> => {
      if (wished !== undefined) return membership(userId, wished)
      let refusal: unknown
      for (const id of ids) {
        try { return await membership(userId, id) } catch (error) {
          // One that cannot be asked now is not passed over: he would land in another without a word.
          if (!shutsOut(error)) throw error
          refusal ??= error
        }
      }
      throw refusal ?? new Refused('forbidden', 'account-disabled', 'No organization lets this account in.')
    },
    start: async (start: Start, { ip, userAgent, cookies: jar, meta, newId }: Caller): Promise<SignedIn> => {
      const { userId, member: { organizationId }, by, tokenIn } = start
      const parent = start.by === 'switch' ? await parentOf(start.from, meta.at) : undefined
      const id = newId()
      const token = await sessions.start({ id, userId, organizationId, by, ip, userAgent, ...(parent && { parent }) }, meta)
      const { member, person } = await again(start, meta.at).catch(async (error: unknown) => {
        if (shutsOut(error)) await sessions.end({ _id: id, organizationId }, endReasons[error.code] ?? 'disabled', meta)
        throw error
      })
      return answer(await prepare(userId, member, id, person), token, tokenIn === 'cookie', jar)
    },
    refresh: async (given: string | undefined, { ip, userAgent, cookies: jar, meta }: Caller): Promise<SignedIn> => {
      const text = given ?? cookies.refreshToken(jar)
      if (text === undefined) throw new Refused('unauthenticated', 'bad-refresh-token', 'There is no refresh token.')
      const held = await sessions.hold(text, meta.at)
      const { row } = held
      const member = await membership(row.userId, row.organizationId).catch(async (error: unknown) => {
        if (error instanceof Refused && error.code === 'account-disabled') await sessions.end(row, 'disabled', meta)
        throw error
      })
      // The token is spent last: whatever fails before that costs nobody his session.
      const prepared = await prepare(row.userId, member, row._id)
      return answer(prepared, await sessions.trade(held, { ip, userAgent }, meta), given === undefined, jar)
    },
    /** Ends the session that the token, the cookie or the bearer token names; says nothing when there is none. */
    out: async (given: string | undefined, sessionId: string | undefined, { cookies: jar, meta }: Caller): Promise<void> => {
      const text = given ?? cookies.refreshToken(jar)
      const ofBearer = async () => (sessionId === undefined ? undefined : sessions.find(sessionId))
      const row = text === undefined ? await ofBearer() : await sessions.ofToken(text)
      if (row) await sessions.end(row, 'logout', meta)
      if (cookies.refreshToken(jar) !== undefined) cookies.keepRefreshToken(jar, undefined)
    },
  }
}
