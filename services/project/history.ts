import type { HistoryEntry } from '../shared/kit/events/log/aggregate.ts'
import type { Editable, Project, ProjectEvent } from './domain/project-state.ts'
import { saysTheSame } from './domain/same.ts'
import { publicEvents } from './publish.ts'

const fields = ['name', 'key', 'description', 'status', 'startAt', 'dueAt', 'workflow', 'members'] as const
type Shown = { version: number; at: string; actor: string; events: string[]; changes: Record<string, { before: unknown; after: unknown }>; network?: string }

/** One commit as people read it: who, when, what happened, each field before and after, and, for who may see it, from where. */
export const historyEntry = ({ version, at, actor, network, events, before, after }: HistoryEntry<Project, ProjectEvent>, withOrigin: boolean): Shown => {
  const [was, is] = [shownOf(before), shownOf(after)]
  const changes = fields.flatMap(field => {
    const [old, fresh] = [was[field] ?? null, is[field] ?? null]
    return saysTheSame(old, fresh) ? [] : [[field, { before: old, after: fresh }] as const]
  })
  return {
    version, at, actor,
    events: events.flatMap(event => namesOf(event)),
    changes: Object.fromEntries(changes),
    ...(withOrigin && network !== undefined && { network }),
  }
}

/** The names under which others heard of it; what nobody else heard of keeps its own. */
const namesOf = (event: ProjectEvent): string[] => {
  const heard = publicEvents({ aggregateId: '', events: [event] })
  return heard.length ? heard.map(e => e.type) : [event.type]
}
const shownOf = (project: Project): Partial<Editable & { members: unknown }> => {
  if (project.phase === 'absent') return {}
  return project.phase === 'planned' ? project.plan : project
}
