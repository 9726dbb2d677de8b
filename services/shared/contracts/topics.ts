import { aiEvents } from './ai/events.ts'
import { appIds, type AppId, type Topic } from './define.ts'
import { projectEvents } from './project/events.ts'
import { taskEvents } from './task/events.ts'
import { userEvents } from './user/events.ts'

/** Every topic of the platform. */
export const topics = [userEvents, taskEvents, projectEvents, aiEvents] as const

/** Who follows which topics; a broker lets nobody else subscribe, and a producer gives its events to nobody else. */
export const followers: Readonly<Partial<Record<AppId, readonly Topic[]>>> = { gateway: topics, task: [projectEvents], notification: topics, analytics: topics }
/** The apps that follow the topic of this name. */
export const followersOf = (topic: string): AppId[] => appIds.filter(app => followers[app]?.some(({ name }) => name === topic))
