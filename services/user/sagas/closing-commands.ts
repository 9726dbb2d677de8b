import { orderOf, type CommandMeta } from '../../shared/kit/command.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import { entriesOf } from '../../shared/kit/persistent-map.ts'
import type { CommandContext } from '../../shared/kit/sagas/saga-types.ts'
import { otherOwner } from '../domain/organization-state.ts'
import type { UserDeps } from '../deps.ts'

type Leaving = { organizationId: string; userId: string; sagaId: string }
type Closing = { userId: string; sagaId: string; organizations: string[] }
/** The effects of `close-account` in this service; each can be repeated. */
export type ClosingCommands = {
  announceLeaving: (input: Leaving, context: CommandContext) => Promise<{ handOverTo: string | null; alone: boolean }>
  cancelLeaving: (input: Leaving, context: CommandContext) => Promise<null>
  signOut: (input: { userId: string; sagaId: string }, context: CommandContext) => Promise<null>
  closePerson: (input: Closing, context: CommandContext) => Promise<null>
  reopenPerson: (input: { userId: string; sagaId: string; why: string }, context: CommandContext) => Promise<null>
}

/** The sagas of this service act by themselves. */
export const sagaMeta = (at: string, context: CommandContext): CommandMeta => orderOf(context, 'service:user', at)

type Deps = Pick<UserDeps, 'clock' | 'persons' | 'organizations' | 'sessions' | 'vault' | 'logins' | 'identities' | 'directory'>

export const closingCommands = ({ clock, persons, organizations, sessions, vault, logins, identities, directory }: Deps): ClosingCommands => ({
  announceLeaving: async ({ organizationId, userId, sagaId }, context) => {
    const { state } = await organizations.handle(organizationId, organizationId, { type: 'AnnounceLeaving', userId, sagaId }, sagaMeta(clock.now(), context))
    // Who is leaving may stay after all, and then the projects need an heir; who is shut out could only be let in by the one who goes.
    return { handOverTo: otherOwner(state, userId), alone: entriesOf(state.members).every(([id, m]) => id === userId || m.disabled) }
  },
  cancelLeaving: async ({ organizationId, userId, sagaId }, context) => {
    await organizations.handle(organizationId, organizationId, { type: 'CancelLeaving', userId, sagaId }, sagaMeta(clock.now(), context))
    return null
  },
  signOut: async ({ userId }, context) => {
    await sessions.endAll({ userId }, 'closed', sagaMeta(clock.now(), context))
    return null
  },
  closePerson: async ({ userId, sagaId, organizations: ids }, context) => {
    const meta = sagaMeta(clock.now(), context)
    const { state } = await persons.load(NO_TENANT, userId)
    // The address is let go while it is still known.
    if ('emailHash' in state) await logins.release(state.emailHash, userId)
    // By the rows: a crash may have left one that the person's own stream knows nothing of.
    for (const { _id } of await identities.find({ userId })) await identities.remove({ _id })
    await sessions.endAll({ userId }, 'closed', meta)
    for (const id of ids) await organizations.handle(id, id, { type: 'Leave', userId, sagaId }, meta)
    await persons.handle(NO_TENANT, userId, { type: 'Close', sagaId }, meta)
    await vault.erase(userId)
    await sessions.forget(userId)
    directory.forget(userId)
    return null
  },
  reopenPerson: async ({ userId, sagaId, why }, context) => {
    await persons.handle(NO_TENANT, userId, { type: 'CancelClosing', sagaId, why }, sagaMeta(clock.now(), context))
    return null
  },
})
