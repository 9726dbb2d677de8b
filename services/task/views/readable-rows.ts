import type { Clock } from '../../shared/kit/clock.ts'
import type { Aggregate } from '../../shared/kit/events/log/aggregate.ts'
import type { Logger } from '../../shared/kit/observe/log.ts'
import { isUnavailable } from '../../shared/kit/unavailable.ts'
import type { TaskCommand } from '../domain/task-commands.ts'
import type { TaskEvent } from '../domain/task-events.ts'
import type { TaskState } from '../domain/task-state.ts'
import { taskRow, type TaskRow } from './task-document.ts'

type Options = { tasks: Pick<Aggregate<TaskState, TaskCommand, TaskEvent>, 'load'>; clock: Clock; logger: Logger }

/** Said so often at most: a process of a newer release may write many such tasks. */
const TELL_MS = 60_000

/**
 * The rows of tasks as they are now. While releases are replaced one by one, a newer one may write what this one cannot read:
 * such a task stays in the lists as it was, and all others are listed as ever.
 */
export const readableRows = ({ tasks, clock, logger }: Options) => {
  let told = -Infinity
  const unreadable = (error: unknown, about: object = {}): void => {
    if (clock.monotonic() - told < TELL_MS) return
    told = clock.monotonic()
    logger.warn({ error, ...about }, 'lists show tasks as they were which this version cannot read')
  }
  return {
    unreadable,
    /** The row of a task, unless there is none that can be read; `atLeast` as in `Aggregate.load`. */
    load: async (tenantId: string, id: string, atLeast?: number): Promise<TaskRow | undefined> => {
      try {
        const { state, version } = await tasks.load(tenantId, id, atLeast)
        return taskRow(state, { tenantId, id, version })
      } catch (error) {
        if (isUnavailable(error)) throw error
        unreadable(error, { tenantId, id })
        return undefined
      }
    },
  }
}
export type ReadableRows = ReturnType<typeof readableRows>
