import { describe, expect, it } from 'vitest'
import { spec } from '../../shared/kit/spec.ts'
import { commentDecider, type CommentEvent } from './comment.ts'
import { about, t0, t1 } from '../test/examples.ts'
import { mentionsIn } from './mentions.ts'

const given = spec(commentDecider)
const said = { commentId: 'c1', about, authorId: 'ann', text: 'Ready?', mentions: [], at: t0 }
const added: CommentEvent = { type: 'CommentAdded', ...said }
const edit = { type: 'EditComment', commentId: 'c1', about, by: 'ann', text: 'Ready!', at: t1 } as const
const edited = (text: string, mentions: string[] = [], mentioned: string[] = []): CommentEvent =>
  ({ type: 'CommentEdited', commentId: 'c1', text, mentions, about, mentioned, at: t1 })
const remove = { type: 'DeleteComment', commentId: 'c1', taskId: 't1', by: 'ann', moderator: false, at: t1 } as const
const removed: CommentEvent = { type: 'CommentDeleted', commentId: 'c1', at: t1 }

describe('a comment', () => {
  it('is added', () => given().when({ type: 'AddComment', ...said }).thenEvents([added]))
  it('is changed by its author', () => given(added).when(edit).thenEvents([edited('Ready!')]))
  it('tells of whom an edit mentions for the first time', () => {
    given(added).when({ ...edit, text: 'Ready, @ann and @bob?' }).thenEvents([edited('Ready, @ann and @bob?', ['ann', 'bob'], ['ann', 'bob'])])
    given(added).when({ ...edit, text: 'Ready?', named: ['bob'] }).thenEvents([edited('Ready?', ['bob'], ['bob'])])
    given(added, edited('Ready?', ['bob'])).when({ ...edit, text: 'Ready, @cy?' }).thenEvents([edited('Ready, @cy?', ['bob', 'cy'], ['cy'])])
    given(added, edited('Ready?', ['bob'])).when({ ...edit, text: 'Ready?' }).thenEvents([])
    given(added, edited('Ready?', ['bob'])).when({ ...edit, text: 'Ready?', named: [] }).thenEvents([edited('Ready?')])
  })
  it('is changed by nobody else', () => given(added).when({ ...edit, by: 'bob' }).thenRefused('not-the-author'))
  it('is deleted by its author', () => given(added).when(remove).thenEvents([removed]))
  it('is deleted by a moderator', () => given(added).when({ ...remove, by: 'bob', moderator: true }).thenEvents([removed]))
  it('is not deleted by another', () => given(added).when({ ...remove, by: 'bob' }).thenRefused('not-the-author'))
  it('is gone then', () => given(added, removed).when(edit).thenRefused('comment-unknown'))
  it('is unknown under another task', () => given(added).when({ ...edit, about: { ...about, taskId: 't2' } }).thenRefused('comment-unknown'))
})

describe('mentionsIn', () => {
  it('finds people named and written, each once', () => expect(mentionsIn('@ann and (@bob), mail x@y.example; ask @bob.', ['cy', 'ann'])).toEqual(['cy', 'ann', 'bob']))
})
