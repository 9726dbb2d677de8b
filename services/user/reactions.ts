import { reactionTo, type CommandMeta } from '../shared/kit/command.ts'
import { NO_TENANT } from '../shared/kit/events/log/commit.ts'
import type { DomainCommit, EventLog } from '../shared/kit/events/log/event-log.ts'
import { networkOf } from '../shared/kit/http/network.ts'
import { derivedId } from '../shared/kit/ids.ts'
import type { SagaHost } from '../shared/kit/sagas/host.ts'
import type { UserDeps } from './deps.ts'
import type { MemberEvent } from './domain/member.ts'
import { invitationMail, invitationOwner, invitationSaga } from './identity/invitation-names.ts'
import { joining } from './identity/joining.ts'
import { mailedToken } from './identity/mailed-token.ts'
import type { UserEvent } from './publish.ts'
import type { Start as Closing } from './sagas/close-account.ts'
import type { Own as Inviting } from './sagas/invite-member.ts'

type Commit = DomainCommit<UserEvent>
const followUp = (commit: Commit, i: number): CommandMeta => {
  // The oldest commits have the machine's address.
  const network = commit.ip === null ? undefined : networkOf(commit.ip)
  return { ...reactionTo(commit, derivedId(commit.id, i), commit.at), ...(network !== undefined && { ip: network }) }
}

/** What follows from the service's own events, at least once, also after a crash. Every effect can be repeated. */
export const reactions = (log: EventLog<UserEvent>, deps: UserDeps, sagas: Pick<SagaHost, 'start' | 'signal'>): void => {
  const { persons, organizations, members, sessions, vault, keys, directory, notification } = deps
  const join = joining(deps)
  const each = (name: string, run: (event: UserEvent, commit: Commit, meta: CommandMeta) => Promise<void>): void => {
    log.react(name, async commit => { for (const [i, event] of commit.events.entries()) await run(event, commit, followUp(commit, i)) })
  }
  const tell = async (organizationId: string, userId: string, news: MemberEvent, meta: CommandMeta): Promise<void> => {
    await members.handle(organizationId, userId, { type: 'Tell', news }, meta)
  }

  /** Who has left before it was told that he came (a process died in between) is told of as he came, first: afterwards it would be too late. */
  const introduce = async (organizationId: string, userId: string, leftAt: number, meta: CommandMeta): Promise<void> => {
    if ((await members.load(organizationId, userId)).state.status !== 'unknown') return
    for (let before: number | undefined = leftAt; before !== undefined;) {
      const page: Awaited<ReturnType<typeof organizations.history>> = await organizations.history(organizationId, organizationId, { before, limit: 100 })
      for (const { version, events } of page) {
        const came = events.find(event => event.type === 'MemberJoined' && event.userId === userId)
        if (came?.type !== 'MemberJoined') continue
        const joined: MemberEvent = { type: 'Joined', role: came.role, invitedBy: came.invitedBy, version }
        return tell(organizationId, userId, joined, { ...meta, commandId: derivedId(meta.commandId, 'joined') })
      }
      before = page.at(-1)?.version
    }
  }

  each('enter the organization', async (event, { aggregateId: userId }, meta) => {
    if (event.type !== 'PersonRegistered') return
    const { emailHash, at, organization: { id, name, invitationId } } = event
    if (name !== null) await organizations.handle(id, id, { type: 'CreateOrganization', name, ownerId: userId, at }, meta)
    if (invitationId !== undefined) await join({ userId, emailHash, organizationId: id, invitationId, at }, meta)
  })
  each('join', async (event, { tenantId }, meta) => {
    if (event.type !== 'InvitationAccepted') return
    // Whoever closed his account while he accepted leaves again: the closing did not know of this organization.
    const { state } = await persons.load(NO_TENANT, event.userId)
    if (state.status === 'closed') await organizations.handle(tenantId, tenantId, { type: 'Leave', userId: event.userId, sagaId: state.sagaId }, meta)
    // Once an invitation was accepted before the person was there; a crash in between left nobody.
    else if (state.status !== 'absent') await persons.handle(NO_TENANT, event.userId, { type: 'JoinOrganization', organizationId: tenantId }, meta)
  })
  each('tell the organization', async (event, { tenantId, aggregateId, version }, meta) => {
    if (event.type === 'MemberJoined') await tell(tenantId, event.userId, { type: 'Joined', role: event.role, invitedBy: event.invitedBy, version }, meta)
    if (event.type === 'RoleChanged') await tell(tenantId, event.userId, { type: 'Changed', changed: ['role'], role: event.to, version }, meta)
    if (event.type === 'MemberDisabled' || event.type === 'MemberEnabled')
      await tell(tenantId, event.userId, { type: 'Changed', changed: ['disabled'], role: event.role, version }, meta)
    if (event.type === 'MemberLeft') {
      await introduce(tenantId, event.userId, version, meta)
      await tell(tenantId, event.userId, { type: 'Left', version }, meta)
    }
    if (event.type === 'ProfileChanged') {
      const news: MemberEvent = { type: 'Changed', changed: event.changed, role: null }
      for (const organizationId of event.organizations) await tell(organizationId, aggregateId, news, meta)
    }
  })
  each('end sessions', async (event, { tenantId, aggregateId }, meta) => {
    // Those that began before: this may come late, when he was let in again or has signed in anew.
    if (event.type === 'MemberDisabled') await sessions.endAll({ userId: event.userId, organizationId: tenantId, before: meta.at }, 'disabled', meta)
    if (event.type === 'PasswordChanged' && (event.by === 'reset' || event.keep !== undefined))
      await sessions.endAll({ userId: aggregateId, before: meta.at, ...(event.keep !== undefined && { except: event.keep }) }, 'password', meta)
    if (event.type === 'SessionEnded') await sessions.ended(aggregateId, event.reason, meta)
    if (event.type === 'SessionStarted') await sessions.bound(event.userId, meta)
  })
  each('take back mails', async (event, { tenantId }) => {
    if (event.type === 'InvitationRevoked') await notification.dropMail({ body: invitationMail(tenantId, event.invitationId) })
  })
  each('mail', async (event, { aggregateId }) => {
    if (event.type !== 'PasswordResetRequested') return
    const person = await directory.details(aggregateId)
    if (!person) return
    const token = mailedToken(keys, 'reset', aggregateId, event.requestId)
    await notification.mail({
      body: {
        template: 'password-reset', organizationId: null, userId: aggregateId, to: { address: person.email, name: person.name },
        dedupeId: event.requestId, data: { token, expiresAt: event.expiresAt },
      },
    })
  })
  each('drive sagas', async (event, { id, tenantId, aggregateId }) => {
    if (event.type === 'ClosingRequested') {
      const start: Closing = { type: 'Start', sagaId: event.sagaId, userId: aggregateId, organizations: event.organizations }
      await sagas.start(event.sagaId, event.from, start)
    }
    if (event.type === 'InvitationCreated') {
      const start: Inviting = { type: 'Start', organizationId: tenantId, invitationId: event.invitationId }
      await sagas.start(invitationSaga(event.invitationId), tenantId, start)
    }
    if (event.type === 'InvitationAccepted' || event.type === 'InvitationRevoked' || event.type === 'InvitationExpired') {
      const settled: Inviting = { type: 'Settled', how: hows[event.type] }
      await vault.erase(invitationOwner(event.invitationId))
      await sagas.signal(invitationSaga(event.invitationId), settled, id)
    }
  })
}
const hows = { InvitationAccepted: 'accepted', InvitationRevoked: 'revoked', InvitationExpired: 'expired' } as const
