import { z } from 'zod'
import { CommentAdded, TaskCreated, TaskDeleted, TaskRestored, TaskStatusChanged, TaskUpdated } from '../../../services/shared/contracts/task/events.ts'
import { MemberAdded, MemberRemoved, ProjectCreated, ProjectDeleted, ProjectRestored } from '../../../services/shared/contracts/project/events.ts'
import { SessionEnded, UserCreated, UserDeleted, UserLoggedIn } from '../../../services/shared/contracts/user/events.ts'
import { parseStream, type Commit } from '../../../services/shared/kit/events/log/commit.ts'

/** What a command brings about, in words that client and log share. Each is brought about once at most. */
export type Effect = string
export type Told = { type: string; data: unknown }

export const effect = {
  created: (task: string): Effect => `task ${task} created`,
  built: (project: string, title: string): Effect => `task "${title}" built in ${project}`,
  assigned: (task: string, person: string | null): Effect => `task ${task} assigned to ${person ?? 'nobody'}`,
  blocked: (task: string, blocker: string): Effect => `task ${task} blocked by ${blocker}`,
  freed: (task: string, blocker: string): Effect => `task ${task} no longer blocked by ${blocker}`,
  moved: (task: string, from: string, to: string): Effect => `task ${task} moved from ${from} to ${to}`,
  commented: (comment: string): Effect => `comment ${comment} added`,
  edited: (comment: string): Effect => `comment ${comment} edited`,
  logged: (entry: string): Effect => `time ${entry} logged`,
  gone: (task: string): Effect => `task ${task} deleted`,
  back: (task: string): Effect => `task ${task} restored`,
  unbuilt: (project: string, title: string): Effect => `task "${title}" taken from ${project}`,
  rebuilt: (project: string, title: string): Effect => `task "${title}" brought back to ${project}`,
  project: (project: string): Effect => `project ${project} created`,
  projectGone: (project: string): Effect => `project ${project} deleted`,
  projectBack: (project: string): Effect => `project ${project} restored`,
  joined: (project: string, person: string): Effect => `${person} joined ${project}`,
  left: (project: string, person: string): Effect => `${person} left ${project}`,
  arrived: (person: string): Effect => `person ${person} arrived`,
  personGone: (person: string): Effect => `person ${person} erased`,
  signedIn: (session: string): Effect => `session ${session} begun`,
  signedOut: (session: string): Effect => `session ${session} ended`,
} as const

const Links = z.array(z.string()).catch([])

/** What a public event says was brought about. In projects that a saga builds, tasks have no id that a client knows: there the title tells them apart. */
export const effectsOf = ({ type, data }: Told, built: ReadonlySet<string>): Effect[] => {
  switch (type) {
    case 'TaskCreated': {
      const { taskId, projectId, title } = TaskCreated.data.parse(data)
      return [built.has(projectId) ? effect.built(projectId, title) : effect.created(taskId)]
    }
    case 'TaskDeleted': {
      const { taskId, projectId, title } = TaskDeleted.data.parse(data)
      return [built.has(projectId) ? effect.unbuilt(projectId, title) : effect.gone(taskId)]
    }
    case 'TaskRestored': {
      const { taskId, projectId, title } = TaskRestored.data.parse(data)
      return [built.has(projectId) ? effect.rebuilt(projectId, title) : effect.back(taskId)]
    }
    case 'TaskUpdated': return updated(TaskUpdated.data.parse(data), built)
    case 'TaskStatusChanged': { const { taskId, from, to } = TaskStatusChanged.data.parse(data); return [effect.moved(taskId, from, to)] }
    case 'CommentAdded': return [effect.commented(CommentAdded.data.parse(data).commentId)]
    case 'ProjectCreated': return [effect.project(ProjectCreated.data.parse(data).projectId)]
    case 'ProjectDeleted': return [effect.projectGone(ProjectDeleted.data.parse(data).projectId)]
    case 'ProjectRestored': return [effect.projectBack(ProjectRestored.data.parse(data).projectId)]
    case 'MemberAdded': { const { projectId, userId } = MemberAdded.data.parse(data); return [effect.joined(projectId, userId)] }
    case 'MemberRemoved': { const { projectId, userId } = MemberRemoved.data.parse(data); return [effect.left(projectId, userId)] }
    case 'UserCreated': return [effect.arrived(UserCreated.data.parse(data).userId)]
    case 'UserDeleted': return [effect.personGone(UserDeleted.data.parse(data).userId)]
    case 'UserLoggedIn': return [effect.signedIn(UserLoggedIn.data.parse(data).sessionId)]
    case 'SessionEnded': return [effect.signedOut(SessionEnded.data.parse(data).sessionId)]
    default: return []
  }
}

/** What a commit brought about that no public event says. */
export const privateEffectsOf = ({ stream, events }: Pick<Commit, 'stream' | 'events'>): Effect[] => {
  const { id } = parseStream(stream)
  return events.flatMap(({ type }) => (type === 'CommentEdited' ? [effect.edited(id)] : type === 'TimeLogged' ? [effect.logged(id)] : []))
}

const updated = ({ taskId, projectId, changes: { assigneeId, blockedBy } }: z.infer<typeof TaskUpdated.data>, built: ReadonlySet<string>): Effect[] => {
  if (built.has(projectId)) return []
  const [before, after] = [Links.parse(blockedBy?.before), Links.parse(blockedBy?.after)]
  return [
    ...assigneeId ? [effect.assigned(taskId, typeof assigneeId.after === 'string' ? assigneeId.after : null)] : [],
    ...after.filter(id => !before.includes(id)).map(id => effect.blocked(taskId, id)),
    ...before.filter(id => !after.includes(id)).map(id => effect.freed(taskId, id)),
  ]
}
