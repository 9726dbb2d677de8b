import { analyticsApi } from '../../services/shared/contracts/analytics/http.ts'
import { gatewayApi } from '../../services/shared/contracts/gateway/http.ts'
import { notificationApi } from '../../services/shared/contracts/notification/http.ts'
import { projectApi } from '../../services/shared/contracts/project/http.ts'
import { sagaApi } from '../../services/shared/contracts/sagas/http.ts'
import { taskApi } from '../../services/shared/contracts/task/http.ts'
import { userApi } from '../../services/shared/contracts/user/http.ts'
import { client } from '../../services/shared/kit/http/client.ts'
import { throughGateway } from './gateway.ts'
import type { Tally } from './tally.ts'

/** Every public operation that the demo uses, typed by the contracts the platform itself is made from. */
export const publicApis = (url: string, tally: Tally) => {
  const door = throughGateway(url, tally)
  return {
    users: client(userApi, 'user', door), tasks: client(taskApi, 'task', door),
    projects: client(projectApi, 'project', door), notifications: client(notificationApi, 'notification', door),
    analytics: client(analyticsApi, 'analytics', door), sagas: client(sagaApi, 'project', door), gateway: client(gatewayApi, 'user', door),
  }
}
export type Apis = ReturnType<typeof publicApis>
