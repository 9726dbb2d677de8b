import { aiInternal } from '../shared/contracts/ai/internal.ts'
import { analyticsInternal } from '../shared/contracts/analytics/internal.ts'
import { notificationInternal } from '../shared/contracts/notification/internal.ts'
import { projectInternal } from '../shared/contracts/project/internal.ts'
import { taskInternal } from '../shared/contracts/task/internal.ts'
import type { Dapr } from '../shared/kit/dapr/dapr.ts'
import { client } from '../shared/kit/http/client.ts'

/** The services that this one asks, through its sidecar. */
export const peers = (dapr: Pick<Dapr, 'invoke'>) => ({
  project: client(projectInternal, 'project', dapr), task: client(taskInternal, 'task', dapr), notification: client(notificationInternal, 'notification', dapr),
  analytics: client(analyticsInternal, 'analytics', dapr), ai: client(aiInternal, 'ai', dapr),
})
