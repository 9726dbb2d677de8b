import { aiEvents } from './ai/events.ts'
import { projectEvents } from './project/events.ts'
import { taskEvents } from './task/events.ts'
import { userEvents } from './user/events.ts'

/** Every topic of the platform. */
export const topics = [userEvents, taskEvents, projectEvents, aiEvents] as const
