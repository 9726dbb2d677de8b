import { z } from 'zod'
import { CommentAdded, TaskCreated, TaskDeleted, TaskStatusChanged, TaskUpdated } from '../../../services/shared/contracts/task/events.ts'
import { MemberAdded, MemberRemoved, ProjectCreated, ProjectDeleted } from '../../../services/shared/contracts/project/events.ts'
import { UserDeleted } from '../../../services/shared/contracts/user/events.ts'

/** What a command brings about, in words that client and log share. Each is brought about once at most. */
export type Effect = string
export type Told = { type: string; data: unknown }

export const effect = {
  created: (task: string): Effect => `task ${task} created`,
  built: (project: string, title: string): Effect => `task "${title}" built in ${project}`,
  assigned: (task: string, person: string | null): Effect => `task ${task} assigned to ${person ?? 'nobody'}`,
  blocked: (task: string, blocker: string): Effect => `task ${task} blocked by ${blocker}`,
  moved: (task: string, from: string, to: string): Effect => `task ${task} moved from ${from} to ${to}`,
  commented: (comment: string): Effect => `comment ${comment} added`,
  gone: (task: string): Effect => `task ${task} deleted`,
  unbuilt: (project: string, title: string): Effect => `task "${title}" taken from ${project}`,
  project: (project: string): Effect => `project ${project} created`,
  projectGone: (project: string): Effect => `project ${project} deleted`,
  joined: (project: string, person: string): Effect => `${person} joined ${project}`,
  left: (project: string, person: string): Effect => `${person} left ${project}`,
  personGone: (person: string): Effect => `person ${person} erased`,
} as const

const Links = z.array(z.string()).catch([])

/** What a public event says was brought about. In projects that a saga builds, tasks have no id that a client knows: there the title tells them apart. */
export const effectsOf = ({ type, data }: Told, built: ReadonlySet<string>): Effect[] => {
  switch (type) {
    case 'TaskCreated': { const { taskId, projectId, title } = TaskCreated.data.parse(data); return [built.has(projectId) ? effect.built(projectId, title) : effect.created(taskId)] }
    case 'TaskDeleted': { const { taskId, projectId, title } = TaskDeleted.data.parse(data); return [built.has(projectId) ? effect.unbuilt(projectId, title) : effect.gone(taskId)] }
    case 'TaskUpdated': return updated(TaskUpdated.data.parse(data), built)
    case 'TaskStatusChanged': { const { taskId, from, to } = TaskStatusChanged.data.parse(data); return [effect.moved(taskId, from, to)] }
    case 'CommentAdded': return [effect.commented(CommentAdded.data.parse(data).commentId)]
    case 'ProjectCreated': return [effect.project(ProjectCreated.data.parse(data).projectId)]
    case 'ProjectDeleted': return [effect.projectGone(ProjectDeleted.data.parse(data).projectId)]
    case 'MemberAdded': { const { projectId, userId } = MemberAdded.data.parse(data); return [effect.joined(projectId, userId)] }
    case 'MemberRemoved': { const { projectId, userId } = MemberRemoved.data.parse(data); return [effect.left(projectId, userId)] }
    case 'UserDeleted': return [effect.personGone(UserDeleted.data.parse(data).userId)]
    default: return []
  }
}

const updated = ({ taskId, projectId, changes: { assigneeId, blockedBy } }: z.infer<typeof TaskUpdated.data>, built: ReadonlySet<string>): Effect[] => {
  if (built.has(projectId)) return []
  const before = Links.parse(blockedBy?.before)
  return [
    ...assigneeId ? [effect.assigned(taskId, typeof assigneeId.after === 'string' ? assigneeId.after : null)] : [],
    ...Links.parse(blockedBy?.after).filter(id => !before.includes(id)).map(id => effect.blocked(taskId, id)),
  ]
}
