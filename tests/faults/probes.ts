import { randomUUID } from 'node:crypto'
import { aiApi } from '../../services/shared/contracts/ai/http.ts'
import { analyticsApi } from '../../services/shared/contracts/analytics/http.ts'
import { notificationApi } from '../../services/shared/contracts/notification/http.ts'
import { projectApi } from '../../services/shared/contracts/project/http.ts'
import { taskApi } from '../../services/shared/contracts/task/http.ts'
import { userApi } from '../../services/shared/contracts/user/http.ts'
import { effect } from './check/effects.ts'
import type { Door } from './team/door.ts'
import type { Team } from './team/work.ts'

type Probe = { name: string; ask: () => Promise<unknown> }

// Asked again much sooner than by a client that heeds `Retry-After`: what is timed is the platform, not the client.
const often = { restMs: 50 }
// No request needs them. What does (sagas) waits without anybody being kept waiting.
const controlPlane = ['placement', 'scheduler', 'sentry']

/**
 * What is answered only where this part is there: a write where its service takes any from people. A sidecar is asked for its service,
 * and a store for a task that has to be kept. Undefined for the control plane.
 */
export const probeOf = (target: string, door: Door, { owner, projectId }: Team): Probe | undefined => {
  if (controlPlane.includes(target)) return undefined
  const token = owner.token()
  const createTask: Probe = { name: 'createTask', ask: async () => {
    const task = await door.ask('createTask', taskApi.createTask, { token, body: { projectId, title: `Probe ${randomUUID()}` } }, often)
    if (task) door.ledger.acknowledged.push(effect.created(task.id))
  } }
  const probes: Readonly<Record<string, Probe>> = {
    user: { name: 'changeProfile', ask: () => door.ask('changeProfile', userApi.changeProfile, { token, body: { preferences: { probe: randomUUID() } } }, often) },
    project: {
      name: 'updateProject',
      ask: () => door.ask('updateProject', projectApi.updateProject, { token, params: { id: projectId }, body: { description: `Probe ${randomUUID()}` } }, often),
    },
    notification: {
      name: 'setPreferences',
      ask: () => door.ask('setPreferences', notificationApi.setPreferences, { token, body: { events: { anomaly: { email: false } } } }, often),
    },
    // It takes no writes, and of all projects it asks no other service.
    analytics: { name: 'dashboard', ask: () => door.ask('dashboard', analyticsApi.dashboard, { token }, often) },
    ai: { name: 'naturalLanguage', ask: () => door.ask('naturalLanguage', aiApi.naturalLanguage, { token, body: { text: 'Look at the probe tomorrow', timezone: 'UTC' } }, often) },
    // Tickets lie there.
    state: { name: 'wsTicket', ask: () => door.ask('wsTicket', userApi.wsTicket, { token }, often) },
  }
  return probes[target.replace(/-sidecar$/, '')] ?? createTask
}

/** Asks at once and until there is an answer; resolves to when that was, undefined when patience ends first. */
export const answeredAt = ({ ask }: Probe): Promise<number | undefined> => ask().then(() => performance.now(), () => undefined)
