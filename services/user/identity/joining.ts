import { withoutVersion, type CommandMeta } from '../../shared/kit/command.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import { derivedId } from '../../shared/kit/ids.ts'
import { getIn } from '../../shared/kit/persistent-map.ts'
import type { UserDeps } from '../deps.ts'
import { invitationSaga } from './invitation-names.ts'

/** Somebody who has signed up by an invitation. */
type Invited = { userId: string; emailHash: string; organizationId: string; invitationId: string; at: string }
type Deps = Pick<UserDeps, 'persons' | 'organizations' | 'logins' | 'vault' | 'directory'>

/**
 * What follows when somebody has signed up by an invitation: the organization takes him in. Where it refuses (the invitation was taken back
 * meanwhile), his account is closed again and the address is free; the refusal is the answer. Said again it changes nothing.
 */
export const joining = ({ persons, organizations, logins, vault, directory }: Deps) =>
  async ({ userId, emailHash, organizationId, invitationId, at }: Invited, given: CommandMeta): Promise<Refused | undefined> => {
    const meta = withoutVersion(given)
    try {
      await organizations.handle(organizationId, organizationId, { type: 'AcceptInvitation', invitationId, userId, emailHash, at }, meta)
      return undefined
    } catch (error) {
      if (!(error instanceof Refused) || error.kind !== 'rule') throw error
      // Said again long after, when the organization has forgotten the invitation.
      if (getIn((await organizations.load(organizationId, organizationId)).state.members, userId)) return undefined
      const followUp = { ...meta, commandId: derivedId(meta.commandId, 'turn-away') }
      const { state } = await persons.handle(NO_TENANT, userId, { type: 'TurnAway', organizationId, sagaId: invitationSaga(invitationId) }, followUp)
      if (state.status === 'closed') {
        await logins.release(emailHash, userId)
        await vault.erase(userId)
        directory.forget(userId)
      }
      return error
    }
  }
