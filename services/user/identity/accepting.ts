import type { CommandMeta } from '../../shared/kit/command.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import type { UserDeps } from '../deps.ts'
import { invitationOf } from './registration.ts'

/** Somebody who has an account, and the token that was mailed to him. */
type Invited = { userId: string; emailHash: string; token: string }

/**
 * Lets somebody who has an account into the organization that invites him, and answers its id; refuses where the invitation does not hold.
 * Said again it changes nothing.
 */
export const accepting = ({ organizations, persons, keys }: Pick<UserDeps, 'organizations' | 'persons' | 'keys'>) =>
  async ({ userId, emailHash, token }: Invited, meta: CommandMeta): Promise<string> => {
    const { organizationId, invitationId } = invitationOf(keys, token)
    // The organization decides; the person's own list follows, here and, after a crash, by the reaction to it.
    await organizations.handle(organizationId, organizationId, { type: 'AcceptInvitation', invitationId, userId, emailHash, at: meta.at }, meta)
    await persons.handle(NO_TENANT, userId, { type: 'JoinOrganization', organizationId }, meta)
    return organizationId
  }
