import { Refused, type Decider } from '../../shared/kit/decider.ts'
import { mentionsIn } from './mentions.ts'
import type { About } from './task-events.ts'

/** A comment is its own stream: people who talk about a task do not get in the way of those who change it. */
export type CommentState =
  | { exists: false }
  | { exists: true; about: About; authorId: string; text: string; mentions: readonly string[]; createdAt: string; editedAt: string | null; deleted: boolean }

export type CommentCommand =
  | { type: 'AddComment'; commentId: string; about: About; authorId: string; text: string; mentions: readonly string[]; at: string }
  /** `about` is the task as it is by now; `named` are the people mentioned beside those in the text, absent when they stay. */
  | { type: 'EditComment'; commentId: string; about: About; by: string; text: string; named?: readonly string[] | undefined; at: string }
  /** `moderator`: may delete what others wrote. */
  | { type: 'DeleteComment'; commentId: string; taskId: string; by: string; moderator: boolean; at: string }

export type CommentEvent =
  | { type: 'CommentAdded'; commentId: string; about: About; authorId: string; text: string; mentions: readonly string[]; at: string }
  /** `about` and `mentioned`, the people mentioned for the first time, are absent in what was stored before edits told of them. */
  | { type: 'CommentEdited'; commentId: string; text: string; mentions: readonly string[]; about?: About; mentioned?: readonly string[]; at: string }
  | { type: 'CommentDeleted'; commentId: string; at: string }

const decide = (comment: CommentState, command: CommentCommand): CommentEvent[] => {
  if (command.type === 'AddComment') {
    if (comment.exists) throw new Refused('rule', 'comment-exists', 'There is a comment with this id.')
    const { type: _, ...said } = command
    return [{ type: 'CommentAdded', ...said }]
  }
  const taskId = command.type === 'EditComment' ? command.about.taskId : command.taskId
  if (!comment.exists || comment.deleted || comment.about.taskId !== taskId) throw new Refused('missing', 'comment-unknown', 'There is no such comment.')
  const { commentId, by, at } = command
  if (command.type === 'DeleteComment') {
    if (by !== comment.authorId && !command.moderator) throw new Refused('forbidden', 'not-the-author', 'Only its author or a manager may delete a comment.')
    return [{ type: 'CommentDeleted', commentId, at }]
  }
  if (by !== comment.authorId) throw new Refused('forbidden', 'not-the-author', 'Only its author may change a comment.')
  const { about, text, named = namedIn(comment) } = command
  const mentions = mentionsIn(text, named)
  const mentioned = mentions.filter(person => !comment.mentions.includes(person))
  const same = text === comment.text && mentioned.length === 0 && mentions.length === comment.mentions.length
  return same ? [] : [{ type: 'CommentEdited', commentId, text, mentions, about, mentioned, at }]
}

/** The people mentioned who do not stand in the text itself. */
const namedIn = ({ text, mentions }: Pick<Extract<CommentState, { exists: true }>, 'text' | 'mentions'>): string[] => {
  const written = mentionsIn(text)
  return mentions.filter(person => !written.includes(person))
}

const evolve = (comment: CommentState, event: CommentEvent): CommentState => {
  if (event.type === 'CommentAdded') {
    const { about, authorId, text, mentions, at } = event
    return { exists: true, about, authorId, text, mentions, createdAt: at, editedAt: null, deleted: false }
  }
  if (!comment.exists) return comment
  // The text of a deleted comment leaves the state; the log keeps it for the audit.
  if (event.type === 'CommentDeleted') return { ...comment, text: '', mentions: [], deleted: true }
  return { ...comment, text: event.text, mentions: event.mentions, editedAt: event.at }
}

export const commentDecider: Decider<CommentState, CommentCommand, CommentEvent> = { initial: { exists: false }, decide, evolve }
