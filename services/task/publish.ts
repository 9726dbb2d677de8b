import type { TaskPublicEvent } from '../shared/contracts/task/events.ts'
import type { CommentEvent } from './domain/comment.ts'
import type { GraphEvent } from './domain/graph.ts'
import { aboutOf, type About, type TaskEvent } from './domain/task-events.ts'

export type StoredEvent = TaskEvent | GraphEvent | CommentEvent

/** What a stored event says in public. Graphs, and the side of a link that holds up, are private: the blocked task tells of it. */
export const toPublic = (event: StoredEvent): TaskPublicEvent[] => {
  switch (event.type) {
    case 'TaskCreated': {
      const { title: _, position: __, description: ___, recurrence: ____, timezone: _____, ...fields } = event.fields
      return [{
        type: 'TaskCreated',
        data: { ...fields, ...aboutIn(event), labels: [...fields.labels], status: event.status, category: event.category, mentions: [...event.mentions] },
      }]
    }
    case 'TaskUpdated': return [{ type: 'TaskUpdated', data: { ...aboutIn(event), changes: named(event.changes), mentions: [...event.mentions] } }]
    case 'TaskLinked': return event.blockedBy
      ? [{ type: 'TaskUpdated', data: { ...aboutIn(event), changes: { blockedBy: event.blockedBy }, mentions: [] } }]
      : []
    case 'TaskStatusChanged': return [{ type: 'TaskStatusChanged', data: { ...aboutIn(event), from: event.from, to: event.to, category: event.category } }]
    case 'TaskCompleted': return [{
      type: 'TaskCompleted', data: { ...aboutIn(event), completedAt: event.at, startedAt: event.startedAt, createdAt: event.createdAt },
    }]
    case 'TaskDeleted': return [{ type: 'TaskDeleted', data: aboutIn(event) }]
    case 'TaskRestored': return [{ type: 'TaskRestored', data: { ...aboutIn(event), status: event.status } }]
    case 'TaskOverdue': return [{ type: 'TaskOverdue', data: { ...aboutIn(event), dueAt: event.dueAt } }]
    case 'CommentAdded': return [{ type: 'CommentAdded', data: { ...aboutIn(event), commentId: event.commentId, mentions: [...event.mentions] } }]
    case 'CommentEdited': return mentioning(event)
    case 'CommentDeleted': case 'DependenciesAdded': case 'DependenciesRemoved': case 'TaskMoved': return []
  }
}

const aboutIn = ({ about }: { about: About }): About => aboutOf(about.taskId, about)

/** An edit is news for those only whom it mentions for the first time. */
const mentioning = ({ about, mentioned = [] }: Extract<CommentEvent, { type: 'CommentEdited' }>): TaskPublicEvent[] =>
  about && mentioned.length > 0 ? [{ type: 'TaskUpdated', data: { ...aboutIn({ about }), changes: {}, mentions: [...mentioned] } }] : []

type Named = Record<string, { before: unknown; after: unknown }>
const named = (changes: Extract<TaskEvent, { type: 'TaskUpdated' }>['changes']): Named =>
  Object.fromEntries(Object.entries(changes).map(([field, change]) => [field, { before: change.before, after: change.after }]))
