import type { OrganizationRole } from '../../shared/contracts/primitives.ts'

export type MemberEvent =
  | { type: 'Joined'; role: OrganizationRole; invitedBy: string | null }
  | { type: 'Changed'; changed: string[]; role: OrganizationRole | null }
  | { type: 'Left' }
export type MemberCommand = { type: 'Tell'; news: MemberEvent }
export type MemberState = { status: 'unknown' | 'member' | 'left' }

const decide = ({ status }: MemberState, { news }: MemberCommand): MemberEvent[] => {
  switch (news.type) {
    case 'Joined': return status === 'member' ? [] : [news]
    case 'Changed': return status === 'left' ? [] : [news]
    case 'Left': return status === 'left' ? [] : [news]
  }
}
const evolve = (state: MemberState, event: MemberEvent): MemberState => {
  switch (event.type) {
    case 'Joined': return { status: 'member' }
    case 'Changed': return state
    case 'Left': return { status: 'left' }
  }
}

/**
 * What an organization is told about one of its people, in order: the source of UserCreated, UserUpdated and UserDeleted.
 * Stream `<organization>/member/<userId>`; it follows the streams of the person and of the organization.
 */
export const member = { initial: { status: 'unknown' } as MemberState, decide, evolve }
