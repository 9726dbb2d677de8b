import { z } from 'zod'
import type { taskApi } from '../../shared/contracts/task/http.ts'
import type { Comment } from '../../shared/contracts/task/model.ts'
import { withoutVersion } from '../../shared/kit/command.ts'
import type { Actor, Handlers } from '../../shared/kit/http/call.ts'
import { decodeCursor, pageOf } from '../../shared/kit/http/input/page.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { unknownTask, type TaskChanges } from '../commands/change-task.ts'
import type { TaskDeps } from '../compose.ts'
import type { CommentCommand, CommentState } from '../domain/comment.ts'
import { mentionsIn } from '../domain/mentions.ts'
import { aboutOf } from '../domain/task-events.ts'
import { firstOf } from './first-of.ts'
import { may, type Action } from '../policies.ts'
import { presentComment } from '../present.ts'
import type { CommentDocument } from '../views/comment-document.ts'

type Served = Pick<typeof taskApi, 'addComment' | 'listComments' | 'editComment' | 'deleteComment'>
const CommentCursor = z.strictObject({ createdAt: z.string(), id: z.string() })
type CommentRow = CommentDocument & { _id: string; version: number }
type Place = z.infer<typeof CommentCursor>
const placeOf = ({ createdAt, _id: id }: CommentRow): Place => ({ createdAt, id })
const compare = (a: Place, b: Place): number => {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1
  if (a.id === b.id) return 0
  return a.id < b.id ? -1 : 1
}

/** What people say about a task. */
export const commentHandlers = ({ comments, commentView }: TaskDeps, changes: TaskChanges): Handlers<Served> => {
  const permittedOn = async (action: Action, actor: Actor, taskId: string) => {
    const permitted = await changes.permitted(action, actor, taskId)
    if (permitted.task.deletedAt !== null) throw unknownTask(taskId)
    return permitted
  }
  const shown = (id: string, { state, version }: { state: CommentState; version: number }): { body: Comment; version: number } => {
    if (!state.exists) throw new Refused('missing', 'comment-unknown', 'There is no such comment.')
    return { body: presentComment(id, version, state), version }
  }
  return {
    addComment: async ({ actor, params, body, meta, newId }) => {
      const { task } = await permittedOn('comment', actor, params.id)
      const commentId = newId()
      const command: CommentCommand = {
        type: 'AddComment', commentId, about: aboutOf(params.id, task), authorId: actor.userId,
        text: body.text, mentions: mentionsIn(body.text, body.mentions), at: meta.at,
      }
      return shown(commentId, await comments.handle(actor.organizationId, commentId, command, withoutVersion(meta)))
    },
    listComments: async ({ actor, params, query }) => {
      await permittedOn('see', actor, params.id)
      const after = query.cursor === undefined ? undefined : decodeCursor(CommentCursor, query.cursor)
      await commentView.settled()
      const oldest = firstOf(query.limit + 1, (a: CommentRow, b) => compare(placeOf(a), placeOf(b)))
      await commentView.collection.eachOf({ organizationId: actor.organizationId, taskId: params.id }, row => {
        if (!after || compare(placeOf(row), after) > 0) oldest.add(row)
      })
      const { items, nextCursor } = pageOf(oldest.items(), query.limit, last => ({ createdAt: last.createdAt, id: last._id }))
      return { body: { items: items.map(row => presentComment(row._id, row.version, row)), nextCursor } }
    },
    editComment: async ({ actor, params: { id, commentId }, body, meta }) => {
      const { task } = await permittedOn('comment', actor, id)
      const command: CommentCommand = {
        type: 'EditComment', commentId, about: aboutOf(id, task), by: actor.userId, text: body.text, named: body.mentions, at: meta.at,
      }
      return shown(commentId, await comments.handle(actor.organizationId, commentId, command, meta))
    },
    deleteComment: async ({ actor, params: { id, commentId }, meta }) => {
      const { role } = await permittedOn('comment', actor, id)
      const moderator = may('moderate', { organization: actor.role, project: role })
      const command: CommentCommand = { type: 'DeleteComment', commentId, taskId: id, by: actor.userId, moderator, at: meta.at }
      const { version } = await comments.handle(actor.organizationId, commentId, command, meta)
      return { version }
    },
  }
}
