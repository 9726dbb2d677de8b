import { aiApi } from '../shared/contracts/ai/http.ts'
import { analyticsApi } from '../shared/contracts/analytics/http.ts'
import type { Api, ServiceId } from '../shared/contracts/define.ts'
import { notificationApi } from '../shared/contracts/notification/http.ts'
import { projectApi } from '../shared/contracts/project/http.ts'
import { sagaApi } from '../shared/contracts/sagas/http.ts'
import { sagaOwners } from '../shared/contracts/sagas/owners.ts'
import { taskApi } from '../shared/contracts/task/http.ts'
import { userApi } from '../shared/contracts/user/http.ts'
import type { Target } from './proxy/route-table.ts'

/** What the gateway passes on. What is not in these contracts cannot be reached from outside. */
export const publicApis: Record<ServiceId, Api> = { user: userApi, task: taskApi, project: projectApi, notification: notificationApi, analytics: analyticsApi, ai: aiApi }
export const services: readonly ServiceId[] = ['user', 'task', 'project', 'notification', 'analytics', 'ai']

/** The service that owns a saga, by the name before the dot of its id. */
export const sagaOwner = (sagaId: string): Target | undefined => {
  const name = sagaId.split('.')[0] ?? ''
  const service = Object.hasOwn(sagaOwners, name) ? sagaOwners[name] : undefined
  return service && { service, name: 'showSaga', operation: sagaApi.showSaga }
}
