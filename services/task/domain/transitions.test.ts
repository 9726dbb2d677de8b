import fc from 'fast-check'
import { expect, it } from 'vitest'
import { defaultWorkflow, type Workflow } from '../../shared/contracts/workflow.ts'
import { allowedFrom, enter } from './transitions.ts'

const keys = ['a', 'b', 'c', 'd']
const key = fc.constantFrom(...keys)
const workflow: fc.Arbitrary<Workflow> = fc.record({
  statuses: fc.constant(keys.map(k => ({ key: k, name: k, category: 'open' as const }))), initial: fc.constant('a'),
  transitions: fc.array(fc.record({
    from: fc.constantFrom(...keys, '*'), to: key, roles: fc.constantFrom(['owner' as const], ['contributor' as const, 'owner' as const]),
  }), { maxLength: 12 }),
})

it('moves exactly where it says it may', () => fc.assert(fc.property(workflow, key, key, (given, from, to) => {
  const allowed = allowedFrom(given, from, 'contributor').includes(to)
  if (allowed) expect(enter(given, from, to, 'contributor')).toBe('open')
  else expect(() => enter(given, from, to, 'contributor')).toThrow(expect.objectContaining({ name: 'Refused' }))
})))
it('goes one step at a time by default, and cancels from anywhere', () => {
  expect(['todo', 'in_progress', 'in_review', 'done', 'cancelled'].map(from => allowedFrom(defaultWorkflow, from, 'contributor'))).toEqual([
    ['in_progress', 'cancelled'], ['in_review', 'todo', 'cancelled'], ['done', 'in_progress', 'cancelled'], ['in_progress', 'todo', 'cancelled'], ['todo'],
  ])
})
it('lets a task out of a status that the workflow no longer knows', () => expect(enter(defaultWorkflow, 'gone', 'todo', 'viewer')).toBe('open'))
