import { aiEvents } from './ai/events.ts'
import type { AppId, Topic } from './define.ts'
import { projectEvents } from './project/events.ts'
import { taskEvents } from './task/events.ts'
import { userEvents } from './user/events.ts'

/** Every topic of the platform. */
export const topics = [userEvents, taskEvents, projectEvents, aiEvents] as const

/** Who follows which topics; a broker lets nobody else subscribe. */
export const followers: Readonly<Partial<Record<AppId, readonly Topic[]>>> = { gateway: topics, task: [projectEvents], notification: topics, analytics: topics }
