import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { taskApi } from '../../../services/shared/contracts/task/http.ts'
import type { Person } from '../../support/people.ts'
import type { Column } from './columns.ts'
import type { Row } from './fixture.ts'
import { ask, judge } from './judge.ts'
import type { World } from './world.ts'

const one: Person = { id: 'person', email: 'one@example.org', password: 'none', name: 'One', organizationId: 'organization', token: 'none', refreshToken: 'none' }
const world: World = {
  words: { organization: 'orgcanary', project: 'projectcanary' }, founder: one, host: one, spare: one, reserve: one, invited: 'invited@example.org', invitationToken: 'none',
  people: {
    stranger: one, disabled: one, guest: one, guestContributor: one, outsider: one, viewer: one, contributor: one, manager: one, owner: one, admin: one, organizationOwner: one,
  },
  projectId: 'project', taskId: 'task', commentId: 'comment', templateId: 'template', sagaId: 'saga', notificationId: 'notification',
}
const row: Row = { service: 'task', name: 'getTask', operation: taskApi.getTask, policy: { may: 'viewer' }, fixture: {} }
const several: Row = { ...row, name: 'bulkTasks', operation: taskApi.bulkTasks, policy: { may: 'contributor' }, fixture: { inside: ({ status }) => [status] } }
const kinds = (column: Column, of: Row = row): string[] => [401, 403, 404].map(status => judge(of, world, column, [status], '').kind)

describe('a verdict', () => {
  it('takes from each caller only the refusal that tells him nothing', () => {
    expect(kinds('anonymous')).toEqual(['refused', 'WRONG', 'WRONG'])
    expect(kinds('disabled')).toEqual(['refused', 'WRONG', 'WRONG'])
    expect(kinds('stranger')).toEqual(['WRONG', 'WRONG', 'refused'])
    expect(kinds('outsider')).toEqual(['WRONG', 'refused', 'refused'])
    expect(kinds('stranger', { ...row, fixture: { refusedBy: 409 } })).toEqual(['WRONG', 'WRONG', 'WRONG'])
    expect(judge({ ...row, fixture: { refusedBy: 409 } }, world, 'anonymous', [409], '').kind).toBe('WRONG')
  })
  it('of an answer about several things wants each of them to be right', () => {
    expect(judge(several, world, 'guestContributor', [200, 403, 200], '').kind).toBe('WRONG')
    expect(judge(several, world, 'guestContributor', [200, 201, 200], '').kind).toBe('let in')
    expect(judge(several, world, 'viewer', [403, 403, 200], '').kind).toBe('LEAK')
    expect(judge(several, world, 'stranger', [404, 403, 404], '').kind).toBe('WRONG')
  })
  it('finds a word that is not for the one who asks', () => {
    expect(judge(row, world, 'outsider', [404], 'no projectcanary here').kind).toBe('LEAK')
    expect(judge(row, world, 'stranger', [404], 'not in orgcanary').kind).toBe('LEAK')
    expect(judge(row, world, 'organizationOwner', [200], 'projectcanary of orgcanary').kind).toBe('let in')
  })
  it('of a leak is no matter of a part that is away, nor of a token that has ended', async () => {
    const asked = vi.spyOn(globalThis, 'fetch')
    onTestFinished(() => { asked.mockRestore() })
    const answers = (status: number, text: string): void => { asked.mockImplementation(async () => new Response(text, { status })) }
    const last: Row = { ...row, policy: { may: 'signed-in' }, fixture: { last: true } }
    answers(503, 'no projectcanary now')
    expect(await ask(row, world, 'outsider')).toMatchObject({ kind: 'LEAK' })
    expect(asked).toHaveBeenCalledOnce()
    answers(401, 'not in projectcanary')
    expect(await ask(last, world, 'outsider', 1, true)).toMatchObject({ kind: 'LEAK' })
    answers(401, 'ended')
    expect(await ask(last, world, 'outsider', 1, true)).toEqual({ kind: 'let in' })
  })
})
