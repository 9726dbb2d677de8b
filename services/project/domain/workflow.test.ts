import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultWorkflow, Workflow } from '../../shared/contracts/workflow.ts'
import { TemplateTask } from '../../shared/contracts/project/schemas.ts'
import { shippedTemplates } from '../templates/shipped.ts'
import { templateMustHold } from './template.ts'
import { reachable, removedStatuses, workflowProblems } from './workflow.ts'

const paths = (workflow: Workflow): string[] => workflowProblems(workflow).map(p => p.path)
const [todo, doing, done] = [
  { key: 'todo', name: 'To do', category: 'open' },
  { key: 'doing', name: 'Doing', category: 'active' },
  { key: 'done', name: 'Done', category: 'done' },
] as const
const good: Workflow = { statuses: [todo, doing, done], transitions: [{ from: 'todo', to: 'doing' }, { from: 'doing', to: 'done' }], initial: 'todo' }

describe('a workflow', () => {
  it('holds by default', () => expect(workflowProblems(defaultWorkflow)).toEqual([]))
  it.each([
    ['an unknown beginning', { ...good, initial: 'start' }, ['initial']],
    ['a beginning that is an end', { ...good, transitions: [...good.transitions, { from: 'done', to: 'todo' }], initial: 'done' }, ['initial']],
    ['a status twice', { ...good, statuses: [...good.statuses, done] }, ['statuses.3.key']],
    ['no end', { ...good, statuses: [todo, doing, { ...done, category: 'cancelled' as const }] }, ['statuses']],
    ['a status out of reach', { ...good, transitions: [{ from: 'todo', to: 'doing' }] }, ['statuses.2']],
    ['transitions from and to nowhere', { ...good, transitions: [...good.transitions, { from: 'x', to: 'y' }] }, ['transitions.2.from', 'transitions.2.to']],
    ['a transition to itself', { ...good, transitions: [...good.transitions, { from: 'todo', to: 'todo' }] }, ['transitions.2']],
  ])('with %s does not', (_, workflow, expected) => expect(paths(workflow)).toEqual(expected))
  it('tells which statuses it loses', () => expect(removedStatuses(defaultWorkflow, good)).toEqual(['in_progress', 'in_review', 'cancelled']))
  it('loses a status, too, that comes to mean something else', () => {
    const after: Workflow = { ...good, statuses: [todo, { ...doing, category: 'review' }, { ...done, name: 'Ready' }] }
    expect(removedStatuses(good, after)).toEqual(['doing'])
  })
})

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const category = fc.constantFrom('open', 'active', 'review', 'done', 'cancelled')
const transition = fc.record({ from: fc.oneof(key, fc.constant('*')), to: key })
/** Anything of the right shape: most of it does not hold. */
const wild: fc.Arbitrary<Workflow> = fc.record({
  statuses: fc.array(fc.record({ key, name: fc.constant('S'), category }), { minLength: 2, maxLength: 8 }),
  transitions: fc.array(transition, { minLength: 1, maxLength: 20 }),
  initial: key,
})
/** A random tree over a few statuses, and then some: it holds by construction, or lacks an end. */
const grown: fc.Arbitrary<Workflow> = fc.record({
  size: fc.integer({ min: 2, max: 6 }),
  parents: fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
  categories: fc.array(category, { minLength: 6, maxLength: 6 }),
}).map(({ size, parents, categories }) => ({
  statuses: Array.from({ length: size }, (_, i) => ({
    key: 'abcdef'[i]!, name: 'S', category: i === size - 1 ? 'done' as const : i === 0 ? 'open' as const : categories[i]!,
  })),
  transitions: Array.from({ length: size - 1 }, (_, i) => ({ from: 'abcdef'[parents[i]! % (i + 1)]!, to: 'abcdef'[i + 1]! })),
  initial: 'a',
}))
const anyWorkflow = fc.oneof(wild, grown)

describe('any workflow that holds', () => {
  it('is one that its contract takes, whose every status a task can get to by walking, and which a task can finish', () => fc.assert(fc.property(anyWorkflow, workflow => {
    if (workflowProblems(workflow).length > 0) return
    expect(Workflow.safeParse(workflow).success).toBe(true)
    const walked = new Set([workflow.initial])
    for (let round = 0; round < workflow.statuses.length; round++)
      for (const { from, to } of workflow.transitions) if (walked.has(from) || from === '*') walked.add(to)
    expect([...walked].toSorted()).toEqual([...new Set(workflow.statuses.map(s => s.key))].toSorted())
    expect(workflow.statuses.some(s => s.category === 'done' && walked.has(s.key))).toBe(true)
  }), { numRuns: 2000 }))
  it('still holds with one transition more, and loses reach only where a transition goes', () => fc.assert(fc.property(grown, fc.nat(), (workflow, n) => {
    expect(workflowProblems(workflow)).toEqual([])
    const i = n % workflow.transitions.length
    const fewer = { ...workflow, transitions: workflow.transitions.filter((_, j) => j !== i) }
    for (const status of reachable(fewer)) expect(reachable(workflow).has(status)).toBe(true)
    const [from, to] = [workflow.statuses[0]!.key, workflow.statuses.at(-1)!.key]
    if (from !== to) expect(workflowProblems({ ...workflow, transitions: [...workflow.transitions, { from, to }] })).toEqual([])
  })))
})

describe('the shipped templates', () => {
  it.each(shippedTemplates.map(t => [t.name, t] as const))('%s holds together', (_, template) => {
    templateMustHold(template)
    expect(Workflow.parse(template.workflow)).toEqual(template.workflow)
    for (const task of template.tasks) expect(TemplateTask.parse(task)).toEqual(task)
    // Nothing is due before what it waits for.
    const due = new Map(template.tasks.map(t => [t.key, t.dueDay ?? 0]))
    for (const task of template.tasks) for (const blocker of task.blockedBy) expect(due.get(blocker), `${blocker} before ${task.key}`).toBeLessThanOrEqual(task.dueDay!)
  })
})
