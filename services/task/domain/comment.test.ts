import { describe, it } from 'vitest'
import { spec } from '../../shared/kit/spec.ts'
import { commentDecider, type CommentEvent } from './comment.ts'
import { about, t0, t1 } from './examples.ts'
import { mentionsIn } from './mentions.ts'
import { expect } from 'vitest'

const given = spec(commentDecider)
const said = { commentId: 'c1', about, authorId: 'ann', text: 'Ready?', mentions: [], at: t0 }
const added: CommentEvent = { type: 'CommentAdded', ...said }
const edit = { type: 'EditComment', commentId: 'c1', taskId: 't1', by: 'ann', text: 'Ready!', mentions: [], at: t1 } as const
const remove = { type: 'DeleteComment', commentId: 'c1', taskId: 't1', by: 'ann', moderator: false, at: t1 } as const
const removed: CommentEvent = { type: 'CommentDeleted', commentId: 'c1', at: t1 }

describe('a comment', () => {
  it('is added', () => given().when({ type: 'AddComment', ...said }).thenEvents([added]))
  it('is changed by its author', () => given(added).when(edit).thenEvents([{ type: 'CommentEdited', commentId: 'c1', text: 'Ready!', mentions: [], at: t1 }]))
  it('is changed by nobody else', () => given(added).when({ ...edit, by: 'bob' }).thenRefused('not-the-author'))
  it('is deleted by its author', () => given(added).when(remove).thenEvents([removed]))
  it('is deleted by a moderator', () => given(added).when({ ...remove, by: 'bob', moderator: true }).thenEvents([removed]))
  it('is not deleted by another', () => given(added).when({ ...remove, by: 'bob' }).thenRefused('not-the-author'))
  it('is gone then', () => given(added, removed).when(edit).thenRefused('comment-unknown'))
  it('is unknown under another task', () => given(added).when({ ...edit, taskId: 't2' }).thenRefused('comment-unknown'))
})

describe('mentionsIn', () => {
  it('finds people named and written, each once', () => expect(mentionsIn('@ann and (@bob), mail x@y.example; ask @bob.', ['cy', 'ann'])).toEqual(['cy', 'ann', 'bob']))
})
