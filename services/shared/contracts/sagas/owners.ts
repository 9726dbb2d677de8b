import type { ServiceId } from '../define.ts'

/** Which service owns the sagas of a name; a saga's id begins with it. */
export const sagaOwners: Readonly<Record<string, ServiceId>> = {
  'close-account': 'user',
  'invite-member': 'user',
  'project-from-template': 'project',
  'delete-project': 'project',
}
