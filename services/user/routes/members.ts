import { z } from 'zod'
import { Id, Time } from '../../shared/contracts/primitives.ts'
import type { membersApi } from '../../shared/contracts/user/http.ts'
import type { Member } from '../../shared/contracts/user/resources.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Actor, Handlers } from '../../shared/kit/http/call.ts'
import { decodeCursor, pageOf } from '../../shared/kit/http/input/page.ts'
import type { UserDeps } from '../deps.ts'
import { memberOf, type Membership, type Organization } from '../domain/organization-state.ts'
import { signIn } from '../identity/sign-in.ts'
import { policies } from '../policies.ts'

const Cursor = z.object({ joinedAt: Time, id: Id })
const forbidden = (): Refused => new Refused('forbidden', 'role-forbids', 'Your role in the organization does not allow this.')

/** The people of the organization and their roles. */
export const members = (deps: UserDeps): Handlers<typeof membersApi> => {
  const { organizations, directory, sessions } = deps
  const enter = signIn(deps)
  const roleOf = async ({ userId, organizationId }: Actor) => (await enter.membership(userId, organizationId)).role
  const load = async (id: string): Promise<{ state: Organization; version: number }> => organizations.load(id, id)
  const views = async (people: readonly (readonly [string, Membership])[], addresses: boolean): Promise<Member[]> => {
    const details = await directory.many(people.map(([id]) => id))
    return people.map(([id, { role, disabled, joinedAt }]) => {
      const known = details.get(id)
      return { id, name: known?.name ?? '', email: addresses ? known?.email ?? null : null, avatarUrl: known?.avatarUrl ?? null, role, disabled, joinedAt }
    })
  }
  const view = async (actor: Actor, id: string, state: Organization): Promise<Member> => {
    const [member] = await views([[id, memberOf(state, id)]], policies.seeAddresses(await roleOf(actor)))
    if (!member) throw new Refused('missing', 'user-unknown', 'There is no such member.')
    return member
  }

  return {
    listMembers: async ({ actor, query: { limit, cursor, q, role } }) => {
      const [mine, { state }] = [await roleOf(actor), await load(actor.organizationId)]
      const from = cursor === undefined ? undefined : decodeCursor(Cursor, cursor)
      const sorted = [...state.members].toSorted(([a, x], [b, y]) => (x.joinedAt < y.joinedAt || (x.joinedAt === y.joinedAt && a < b) ? -1 : 1))
        .filter(([id, m]) => (role === undefined || m.role === role) && (!from || m.joinedAt > from.joinedAt || (m.joinedAt === from.joinedAt && id > from.id)))
      const needle = q?.trim().toLowerCase()
      const names = needle ? await directory.many(sorted.map(([id]) => id)) : undefined
      const found = needle ? sorted.filter(([id]) => names?.get(id)?.name.toLowerCase().includes(needle)) : sorted
      const { items, nextCursor } = pageOf(found, limit, ([id, { joinedAt }]) => ({ joinedAt, id }))
      return { body: { items: await views(items, policies.seeAddresses(mine)), nextCursor } }
    },
    changeRole: async ({ actor, params: { id }, body: { role }, meta }) => {
      const [mine, { state }] = [await roleOf(actor), await load(actor.organizationId)]
      if (!policies.changeRole(mine, memberOf(state, id).role, role)) throw forbidden()
      const changed = await organizations.handle(actor.organizationId, actor.organizationId, { type: 'ChangeRole', userId: id, role }, meta)
      return { body: await view(actor, id, changed.state) }
    },
    disableMember: async ({ actor, params: { id }, body: { disabled }, meta }) => {
      const [mine, { state }] = [await roleOf(actor), await load(actor.organizationId)]
      if (!policies.shutOut(mine, memberOf(state, id).role) || id === actor.userId) throw forbidden()
      const changed = await organizations.handle(actor.organizationId, actor.organizationId, { type: disabled ? 'DisableMember' : 'EnableMember', userId: id }, meta)
      if (disabled) await sessions.endAll({ userId: id, organizationId: actor.organizationId }, 'disabled', meta)
      return { body: await view(actor, id, changed.state) }
    },
  }
}
