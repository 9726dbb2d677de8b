import { describe, expect, it } from 'vitest'
import type { OrganizationRole, ProjectRole } from '../shared/contracts/primitives.ts'
import { demand, may, type Action } from './policies.ts'

const actions: Action[] = ['see', 'recall', 'create', 'edit', 'move', 'link', 'comment', 'delete', 'restore', 'moderate']
const read: Action[] = ['see', 'recall']
const write: Action[] = ['create', 'edit', 'move', 'link', 'comment']
const table: [OrganizationRole, ProjectRole | undefined, { own: Action[]; others: Action[] }][] = [
  ['owner', undefined, { own: actions, others: actions }],
  ['admin', undefined, { own: actions, others: actions }],
  ['admin', 'viewer', { own: actions, others: actions }],
  ['member', undefined, { own: [], others: [] }],
  ['member', 'viewer', { own: read, others: read }],
  ['member', 'contributor', { own: [...read, ...write, 'delete', 'restore'], others: [...read, ...write] }],
  ['member', 'manager', { own: actions, others: actions }],
  ['member', 'owner', { own: actions, others: actions }],
  ['guest', undefined, { own: [], others: [] }],
  ['guest', 'viewer', { own: read, others: read }],
  ['guest', 'contributor', { own: [...read, ...write], others: [...read, ...write] }],
]

describe('who may do what', () => {
  it.each(table)('%s of the organization, %s of the project', (organization, project, expected) => {
    expect(actions.filter(a => may(a, { organization, project, own: true }))).toEqual(actions.filter(a => expected.own.includes(a)))
    expect(actions.filter(a => may(a, { organization, project }))).toEqual(actions.filter(a => expected.others.includes(a)))
  })
  it.each([
    [undefined, 'You are not a member of this project.'], ['viewer', 'Your role in this project does not let you change its tasks.'],
  ] as const)('forbids what one may not do within the organization, in the project as %s, and says why', (project, message) => {
    expect(() => demand('edit', { organization: 'member', project })).toThrow(expect.objectContaining({ kind: 'forbidden', message }))
  })
})
