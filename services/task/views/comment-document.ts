import type { CommentState } from '../domain/comment.ts'

/** A comment as its read model keeps it; a deleted one has no document. */
export type CommentDocument = Omit<Extract<CommentState, { exists: true }>, 'exists' | 'deleted'> & { organizationId: string; taskId: string }

export const commentIndexes = ['taskId'] as const

export const toCommentDocument = (comment: CommentState, { tenantId }: { tenantId: string }): CommentDocument | undefined => {
  if (!comment.exists || comment.deleted) return undefined
  const { about, authorId, text, mentions, createdAt, editedAt } = comment
  return { organizationId: tenantId, taskId: about.taskId, about, authorId, text, mentions, createdAt, editedAt }
}
