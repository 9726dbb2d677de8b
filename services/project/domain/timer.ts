import { Refused, type Decider } from '../../shared/kit/decider.ts'
import type { TimeEntryCommand } from './time-entry.ts'

/** One per person: it is the lock that lets a single timer run. */
export type Running = { entryId: string; projectId: string; taskId: string | null; note: string; startedAt: string }
type Stopped = Running & { minutes: number; stoppedAt: string }
export type Timer = { running: Running | null; last: Stopped | null }
export type TimerEvent =
  | ({ type: 'TimerStarted' } & Running)
  | ({ type: 'TimerStopped'; minutes: number; at: string } & Running)
  | { type: 'TimerDiscarded'; entryId: string; at: string }
export type TimerCommand =
  | { type: 'StartTimer'; entryId: string; projectId: string; taskId: string | null; note: string; at: string }
  | { type: 'StopTimer'; at: string }
  | { type: 'DiscardTimer'; at: string }

const decide = ({ running }: Timer, command: TimerCommand): TimerEvent[] => {
  switch (command.type) {
    case 'StartTimer': {
      const { at, type: _, ...rest } = command
      if (running) {
        const { projectId, startedAt } = running
        throw new Refused('rule', 'timer-running', 'Your timer is running already; stop it first.', { projectId, startedAt })
      }
      return [{ type: 'TimerStarted', ...rest, startedAt: at }]
    }
    case 'StopTimer': {
      if (!running) throw new Refused('rule', 'timer-not-running', 'Your timer is not running.')
      return [{ type: 'TimerStopped', ...running, minutes: minutesBetween(running.startedAt, command.at), at: command.at }]
    }
    case 'DiscardTimer': return running ? [{ type: 'TimerDiscarded', entryId: running.entryId, at: command.at }] : []
  }
}

/** The time that a stopped timer measured. It is logged when that stopped, or, where the clock has gone back, when it began. */
export const timeOf = (userId: string, { entryId: _, stoppedAt, ...worked }: Stopped): Extract<TimeEntryCommand, { type: 'LogTime' }> =>
  ({ type: 'LogTime', worked: { ...worked, userId }, at: stoppedAt > worked.startedAt ? stoppedAt : worked.startedAt })

/** Begun minutes count: whoever stops within the first one has still worked one. */
export const minutesBetween = (from: string, to: string): number => Math.max(1, Math.ceil((Date.parse(to) - Date.parse(from)) / 60_000))

const evolve = (timer: Timer, event: TimerEvent): Timer => {
  switch (event.type) {
    case 'TimerStarted': return { ...timer, running: runningOf(event) }
    case 'TimerStopped': return { running: null, last: { ...runningOf(event), minutes: event.minutes, stoppedAt: event.at } }
    case 'TimerDiscarded': return { ...timer, running: null }
  }
}
const runningOf = ({ entryId, projectId, taskId, note, startedAt }: Running): Running => ({ entryId, projectId, taskId, note, startedAt })

export const timerDecider: Decider<Timer, TimerCommand, TimerEvent> = { initial: { running: null, last: null }, decide, evolve }
