import { setTimeout as sleep } from 'node:timers/promises'
import { aiApi } from '../../../services/shared/contracts/ai/http.ts'
import { analyticsApi } from '../../../services/shared/contracts/analytics/http.ts'
import { notificationApi } from '../../../services/shared/contracts/notification/http.ts'
import { taskApi } from '../../../services/shared/contracts/task/http.ts'
import { Unanswered, type Door } from './door.ts'
import type { Team } from './work.ts'

// Five questions, each about once a second.
const REST_MS = 180
/** What is away is passed over: the next question is about something else. */
const once = { patienceMs: 0 }

/** One pair of eyes: it looks at all that the others bring about, one place after the other, and so at services to which nobody writes. */
export const reader = (door: Door, { owner, projectId }: Team, restMs = REST_MS) => {
  let newest: string | undefined
  const token = (): string => owner.token()
  const questions: readonly (() => Promise<unknown>)[] = [
    async () => {
      const tasks = await door.ask('listTasks', taskApi.listTasks, { token: token(), query: { projectId, limit: 20 } }, once)
      newest = tasks?.items[0]?.id ?? newest
    },
    // It may have been deleted meanwhile.
    async () => { if (newest !== undefined) await door.ask('getTask', taskApi.getTask, { token: token(), params: { id: newest } }, { ...once, orElse: ['task-unknown'] }) },
    () => door.ask('inbox', notificationApi.list, { token: token(), query: { limit: 20 } }, once),
    () => door.ask('dashboard', analyticsApi.dashboard, { token: token() }, once),
    () => door.ask('naturalLanguage', aiApi.naturalLanguage, { token: token(), body: { text: 'Read the log on Friday, it is urgent', timezone: 'UTC' } }, once),
  ]
  return {
    look: async (): Promise<void> => {
      for (const question of questions) {
        await question().catch((error: unknown) => { if (!(error instanceof Unanswered)) throw error })
        await sleep(restMs)
      }
    },
  }
}
