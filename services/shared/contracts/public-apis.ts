import { aiApi } from './ai/http.ts'
import { analyticsApi } from './analytics/http.ts'
import { notificationApi } from './notification/http.ts'
import { projectApi } from './project/http.ts'
import { taskApi } from './task/http.ts'
import { userApi } from './user/http.ts'

/** What each service shows to the outside: the gateway passes on these operations and no other, and each of them has a policy (`policies.ts`). */
export const publicApis = { user: userApi, task: taskApi, project: projectApi, notification: notificationApi, analytics: analyticsApi, ai: aiApi } as const
