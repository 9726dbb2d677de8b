import { z } from 'zod'
import { Id, Time } from '../../shared/contracts/primitives.ts'
import type { membersApi } from '../../shared/contracts/user/http.ts'
import type { Member } from '../../shared/contracts/user/resources.ts'
import { withoutVersion } from '../../shared/kit/command.ts'
import { Refused, stale } from '../../shared/kit/decider.ts'
import type { Actor, Handlers } from '../../shared/kit/http/call.ts'
import { decodeCursor, pageOf } from '../../shared/kit/http/input/page.ts'
import { entriesOf } from '../../shared/kit/persistent-map.ts'
import type { UserDeps } from '../deps.ts'
import { actingIn, byJoining, memberOf, type Membership, type Organization } from '../domain/organization-state.ts'
import { signIn } from '../identity/sign-in.ts'
import { forbidden, policies } from '../policies.ts'

const Cursor = z.object({ joinedAt: Time, id: Id })

/** The people of the organization and their roles. */
export const members = (deps: UserDeps): Handlers<typeof membersApi> => {
  const { organizations, directory, sessions } = deps
  const enter = signIn(deps)
  const roleOf = async ({ userId, organizationId }: Actor) => (await enter.membership(userId, organizationId)).role
  const views = async (people: readonly (readonly [string, Membership])[], addresses: boolean): Promise<Member[]> => {
    const details = await directory.many(people.map(([id]) => id))
    return people.map(([id, { role, disabled, joinedAt, version }]) => {
      const known = details.get(id)
      return {
        id, name: known?.name ?? '', email: addresses ? known?.email ?? null : null, avatarUrl: known?.avatarUrl ?? null,
        role, disabled, joinedAt, version,
      }
    })
  }
  const view = async (actor: Actor, id: string, state: Organization): Promise<Member> => {
    const [member] = await views([[id, memberOf(state, id)]], policies.seeAddresses(await roleOf(actor)))
    if (!member) throw new Refused('missing', 'user-unknown', 'There is no such member.')
    return member
  }
  /** If-Match is about this member; all members are one stream. */
  const demandSeen = (state: Organization, id: string, expected: number | undefined): void => {
    const { version } = memberOf(state, id)
    if (expected !== undefined && expected !== version) throw stale(version)
  }

  return {
    listMembers: async ({ actor, query: { limit, cursor, q, role } }) => {
      const [mine, { state }] = [await roleOf(actor), await organizations.load(actor.organizationId, actor.organizationId)]
      const from = cursor === undefined ? undefined : decodeCursor(Cursor, cursor)
      const sorted = entriesOf(state.members).toSorted(byJoining)
        .filter(([id, m]) => (role === undefined || m.role === role) && (!from || m.joinedAt > from.joinedAt || (m.joinedAt === from.joinedAt && id > from.id)))
      const needle = q?.trim().toLowerCase()
      const names = needle ? await directory.many(sorted.map(([id]) => id)) : undefined
      const found = needle ? sorted.filter(([id]) => names?.get(id)?.name.toLowerCase().includes(needle)) : sorted
      const { items, nextCursor } = pageOf(found, limit, ([id, { joinedAt }]) => ({ joinedAt, id }))
      return { body: { items: await views(items, policies.seeAddresses(mine)), nextCursor } }
    },
    changeRole: async ({ actor, params: { id }, body: { role }, meta }) => {
      const changed = await organizations.handle(actor.organizationId, actor.organizationId, state => {
        if (!policies.changeRole(actingIn(state, actor.userId).role, memberOf(state, id).role, role)) throw forbidden()
        demandSeen(state, id, meta.expectedVersion)
        return { type: 'ChangeRole', userId: id, role }
      }, withoutVersion(meta))
      return { body: await view(actor, id, changed.state) }
    },
    disableMember: async ({ actor, params: { id }, body: { disabled }, meta }) => {
      const changed = await organizations.handle(actor.organizationId, actor.organizationId, state => {
        if (!policies.shutOut(actingIn(state, actor.userId).role, memberOf(state, id).role) || id === actor.userId) throw forbidden()
        demandSeen(state, id, meta.expectedVersion)
        return { type: disabled ? 'DisableMember' : 'EnableMember', userId: id }
      }, withoutVersion(meta))
      if (disabled) await sessions.endAll({ userId: id, organizationId: actor.organizationId }, 'disabled', meta)
      return { body: await view(actor, id, changed.state) }
    },
  }
}
