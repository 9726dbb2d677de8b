import type { Tables } from '../store/rows.ts'
import type { Person } from './inbox.ts'
import type { PreferencesStore } from './preferences-store.ts'

/** Erases what is kept for a person in an organization, and takes the person's id out of what others were told. */
export const erase = async (tables: Tables, preferences: PreferencesStore, person: Person): Promise<void> => {
  const { organizationId, userId } = person
  await preferences.forget(person)
  await tables.notifications.remove({ recipient: `${organizationId}.${userId}` })
  await tables.notifications.remove({ subject: userId, organizationId })
  await tables.mails.remove({ userId, organizationId })
  // A new password is no organization's.
  await tables.mails.remove({ userId, organizationId: null })
  await forgetActor(tables, person)
  await tables.watchers.remove({ userId, organizationId })
  await tables.members.remove({ userId, organizationId })
  await tables.waiting.set({ assigneeId: userId, organizationId }, { assigneeId: null })
  await tables.waiting.set({ reporterId: userId, organizationId }, { reporterId: null })
}

/** Takes a person's id out of what others were told. */
export const forgetActor = async ({ notifications, mails }: Pick<Tables, 'notifications' | 'mails'>, { organizationId, userId }: Person): Promise<void> => {
  await notifications.set({ actorId: userId, organizationId }, { actorId: null })
  await mails.set({ actorId: userId, organizationId }, { actorId: null })
}
