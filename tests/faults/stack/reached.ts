import { setTimeout as sleep } from 'node:timers/promises'
import { aiApi } from '../../../services/shared/contracts/ai/http.ts'
import { analyticsApi } from '../../../services/shared/contracts/analytics/http.ts'
import { notificationApi } from '../../../services/shared/contracts/notification/http.ts'
import { projectApi } from '../../../services/shared/contracts/project/http.ts'
import { taskApi } from '../../../services/shared/contracts/task/http.ts'
import { userApi } from '../../../services/shared/contracts/user/http.ts'
import { appIdPrefix, type Platform } from './platform.ts'

const LOOK_MS = 20
// Without a token each is refused at once, by the service itself.
const questions = {
  user: userApi.showProfile, task: taskApi.listTasks, project: projectApi.listProjects,
  notification: notificationApi.list, analytics: analyticsApi.counts, ai: aiApi.naturalLanguage,
} as const

/** Resolves when the gateway's sidecar gets through to the service behind this sidecar again; at once for any other part. Nothing of ours lies between them. */
export const reachedBehind = async ({ stack }: Pick<Platform, 'stack'>, target: string): Promise<void> => {
  for (const [service, { method, path }] of Object.entries(questions)) {
    if (target !== `${service}-sidecar`) continue
    const url = `${stack.urls.sidecar('gateway')}/v1.0/invoke/${appIdPrefix}${service}/method${path}`
    for (let status = 0; status !== 401; await sleep(LOOK_MS)) ({ status } = await fetch(url, { method, headers: { 'dapr-api-token': stack.tokens.gateway.dapr } }))
  }
}
