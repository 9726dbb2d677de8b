import { Refused, type Decider } from '../../shared/kit/decider.ts'

export type Worked = { projectId: string; taskId: string | null; userId: string; minutes: number; startedAt: string; note: string }
export type TimeEntry = { phase: 'absent' } | (Worked & { phase: 'logged' | 'removed'; createdAt: string })
export type TimeEntryEvent = ({ type: 'TimeLogged'; at: string } & Worked) | { type: 'TimeRemoved'; at: string }
export type TimeEntryCommand = { type: 'LogTime'; worked: Worked; at: string } | { type: 'RemoveTime'; projectId: string; at: string }

/** Clocks differ a little between machines; beyond this, work lies in the future. */
const toleranceMs = 5 * 60_000

const decide = (entry: TimeEntry, command: TimeEntryCommand): TimeEntryEvent[] => {
  if (command.type === 'LogTime') {
    if (entry.phase !== 'absent') return []
    const { startedAt } = command.worked
    if (Date.parse(startedAt) > Date.parse(command.at) + toleranceMs)
      throw new Refused('rule', 'time-in-future', 'Time can be logged once it has been worked.', { startedAt })
    return [{ type: 'TimeLogged', ...command.worked, at: command.at }]
  }
  if (entry.phase === 'absent' || entry.projectId !== command.projectId)
    throw new Refused('missing', 'entry-unknown', 'There is no such time entry in this project.')
  return entry.phase === 'removed' ? [] : [{ type: 'TimeRemoved', at: command.at }]
}
const evolve = (entry: TimeEntry, event: TimeEntryEvent): TimeEntry => {
  if (event.type === 'TimeLogged') {
    const { type: _, at, ...worked } = event
    return { ...worked, phase: 'logged', createdAt: at }
  }
  return entry.phase === 'absent' ? entry : { ...entry, phase: 'removed' }
}

export const timeEntryDecider: Decider<TimeEntry, TimeEntryCommand, TimeEntryEvent> = { initial: { phase: 'absent' }, decide, evolve }
