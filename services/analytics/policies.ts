import type { Actor } from '../shared/kit/http/call.ts'

type Person = Pick<Actor, 'role'>
/** Owners and admins of the organization see the figures of each project, others those of their own. */
export const seesAllProjects = ({ role }: Person): boolean => role === 'owner' || role === 'admin'
/** How many events arrived is for those who run the organization. */
export const mayCount = ({ role }: Person): boolean => role === 'owner' || role === 'admin'
