import type { NotificationType } from '../../shared/contracts/notification/preferences.ts'

/** What became of a blocker, so that it holds nothing up any longer. */
export type Freed = 'done' | 'cancelled' | 'deleted'
const became: Readonly<Record<Freed, string>> = { done: 'is done', cancelled: 'was cancelled', deleted: 'was deleted' }

const titles: Readonly<Record<NotificationType, (name: string, how: Freed) => string>> = {
  assigned: task => `“${task}” is yours`,
  unassigned: task => `“${task}” is no longer yours`,
  mentioned: task => `You were mentioned in “${task}”`,
  commented: task => `New comment on “${task}”`,
  'status-changed': task => `“${task}” moved`,
  'due-changed': task => `“${task}” has another due date`,
  overdue: task => `“${task}” is overdue`,
  'blocker-done': (task, how) => `A blocker of “${task}” ${became[how]}`,
  'task-deleted': task => `“${task}” was deleted`,
  'project-added': project => `You are in the project “${project}”`,
  'project-role': project => `Your role in “${project}” changed`,
  'project-removed': project => `You are no longer in “${project}”`,
  'project-changed': project => `“${project}” changed`,
  'project-deleted': project => `“${project}” was deleted`,
  'member-joined': () => 'Somebody you invited has joined',
  anomaly: project => `Something is unusual in “${project}”`,
}
const words = (key: string): string => key.replaceAll('_', ' ')

/**
 * The words of a notification. They hold titles and ids, never a person's name: names are looked up when somebody reads. Times stand in them
 * as instants, for `timesInWords`.
 */
export const texts = {
  title: (type: NotificationType, name: string, how: Freed = 'done'): string => titles[type](name.length > 120 ? `${name.slice(0, 119)}…` : name, how),
  moved: (from: string, to: string): string => `From ${words(from)} to ${words(to)}.`,
  wasDue: (at: string): string => `It was due on ${at}.`,
  due: (at: string | null): string => at === null ? 'It has no due date any more.' : `It is now due on ${at}.`,
  role: (role: string): string => `Your role: ${role}.`,
  status: (status: string | null): string => status === null ? '' : `It is now ${words(status)}.`,
}

export const taskLink = (projectId: string, taskId: string): string => `/projects/${projectId}/tasks/${taskId}`
export const projectLink = (projectId: string | null): string => projectId === null ? '/projects' : `/projects/${projectId}`
