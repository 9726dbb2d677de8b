import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Refused } from '../../shared/kit/decider.ts'
import { spec } from '../../shared/kit/spec.ts'
import { processorTime } from '../../shared/test/processor-time.ts'
import { t0 } from '../test/examples.ts'
import { blockedOf, blockersOf, graphDecider, type Graph, type GraphCommand } from './graph.ts'
import type { Edge } from './cycle.ts'

const given = spec(graphDecider)
const edge = (taskId: string, blockerId: string): Edge => ({ taskId, blockerId })
const add = (...edges: Edge[]): GraphCommand => ({ type: 'AddEdges', edges, at: t0 })
const added = (...edges: Edge[]) => ({ type: 'DependenciesAdded', edges, at: t0 }) as const
const under = (taskId: string, parentId: string | null, line: Record<string, string | null> = {}, height = 0): GraphCommand =>
  ({ type: 'MoveTask', taskId, parentId, line, height, at: t0 })

describe('AddEdges', () => {
  it('adds what is new', () => given(added(edge('a', 'b'))).when(add(edge('a', 'b'), edge('a', 'c'))).thenEvents([added(edge('a', 'c'))]))
  it('is refused to itself', () => given().when(add(edge('a', 'a'))).thenRefused('self-dependency'))
  it('is refused when it closes a cycle', () => given(added(edge('a', 'b'), edge('b', 'c'))).when(add(edge('c', 'a'))).thenRefused('dependency-cycle'))
  it('names the cycle over a thousand tasks', () => {
    const chain = Array.from({ length: 999 }, (_, i) => edge(`t${i}`, `t${i + 1}`))
    const state = given(added(...chain)).state()
    const cycle = ['t999', ...Array.from({ length: 999 }, (_, i) => `t${i}`)]
    expect(() => graphDecider.decide(state, add(edge('t999', 't0')))).toThrow(expect.objectContaining({ detail: { cycle } }))
  })
  it('lets a task wait for five hundred others and hold up five hundred, not one more', () => {
    const many = Array.from({ length: 500 }, (_, i) => `t${i}`)
    for (const [full, one] of [[many.map(id => edge('a', id)), edge('a', 'z')], [many.map(id => edge(id, 'a')), edge('z', 'a')]] as const) {
      given().when(add(...full)).thenEvents([added(...full)])
      given().when(add(...full, one)).thenRefused('too-many-links')
      given(added(...full)).when(add(one)).thenRefused('too-many-links')
      given(added(...full)).when(add(edge('b', 'z'))).thenEvents([added(edge('b', 'z'))])
    }
  })
  it('gives a task the links of its creation once, whatever became of them', () => {
    const first = (firstOf: string[], ...edges: Edge[]) => ({ ...add(...edges), firstOf })
    const begun = { ...added(edge('a', 'b')), firstOf: ['a'] }
    const removed = { type: 'DependenciesRemoved', edges: [edge('a', 'b')], at: t0 } as const
    given().when(first(['a'], edge('a', 'b'))).thenEvents([begun])
    given(begun, removed).when(first(['a', 'c'], edge('a', 'b'), edge('c', 'b'))).thenEvents([{ ...added(edge('c', 'b')), firstOf: ['c'] }])
    given(begun, removed).when(first(['a'], edge('a', 'b'))).thenEvents([])
    given(begun, removed).when(add(edge('a', 'b'))).thenEvents([added(edge('a', 'b'))])
  })
  it('takes fifty thousand edges at once, in whatever order, within a second', () => {
    const backwards = (i: number): Edge[] => Array.from({ length: Math.min(100, i) }, (_, k) => edge(`t${i}`, `t${i - 1 - k}`))
    const tasks = Array.from({ length: 500 }, (_, i) => (i * 100) % 500 + Math.floor(i / 5))
    const all = add(...tasks.flatMap(backwards))
    expect(processorTime(() => graphDecider.decide(graphDecider.initial, all))).toBeLessThan(1_000)
    const [event] = graphDecider.decide(graphDecider.initial, all)
    const state = event ? graphDecider.evolve(graphDecider.initial, event) : graphDecider.initial
    expect([blockersOf(state, 't499').length, blockedOf(state, 't0').length]).toEqual([100, 100])
    expect(() => graphDecider.decide(state, add(edge('t600', 't499'), edge('t0', 't600')))).toThrow(expect.objectContaining({ code: 'dependency-cycle' }))
  })
})

describe('RemoveEdges', () => {
  it('removes what is there', () => given(added(edge('a', 'b')))
    .when({ type: 'RemoveEdges', edges: [edge('a', 'b'), edge('x', 'y')], at: t0 })
    .thenEvents([{ type: 'DependenciesRemoved', edges: [edge('a', 'b')], at: t0 }]))
  it('says nothing of what is not', () => given().when({ type: 'RemoveEdges', edges: [edge('a', 'b')], at: t0 }).thenEvents([]))
})

describe('MoveTask', () => {
  it('is refused below a task that was moved below it meanwhile', () => given({ type: 'TaskMoved', taskId: 'b', parentId: 'a', at: t0 })
    .when(under('a', 'b', { b: null })).thenRefused('parent-cycle'))
  it('goes five levels deep', () => given().when(under('f', 'e', { e: 'd', d: 'c', c: 'b', b: 'a', a: null }))
    .thenEvents([{ type: 'TaskMoved', taskId: 'f', parentId: 'e', at: t0 }]))
  it('goes no deeper, the tasks below it counted', () => given().when(under('f', 'e', { e: 'd', d: 'c', c: 'b', b: 'a', a: null }, 1)).thenRefused('too-deep'))
})

const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g')
const edges = fc.array(fc.record({ taskId: ids, blockerId: ids }), { maxLength: 3 })
const type = fc.constantFrom('AddEdges' as const, 'RemoveEdges' as const)
const commands = fc.array(fc.record({ type, edges, at: fc.constant(t0) }), { maxLength: 60 })
const run = (all: GraphCommand[], from: Graph = graphDecider.initial): Graph => all.reduce((graph, command) => {
  try { return graphDecider.decide(graph, command).reduce(graphDecider.evolve, graph) } catch (error) { if (error instanceof Refused) return graph; throw error }
}, from)
const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g']

describe('any sequence of commands', () => {
  it('leaves the graph without a cycle', () => fc.assert(fc.property(commands, sequence => {
    const graph = run(sequence)
    const waiting = new Set(all)
    for (let freed = true; freed;) {
      freed = false
      for (const id of waiting) if (!blockersOf(graph, id).some(b => waiting.has(b))) freed = waiting.delete(id)
    }
    expect([...waiting]).toEqual([])
  })))
  it('keeps both directions in step', () => fc.assert(fc.property(commands, sequence => {
    const graph = run(sequence)
    for (const a of all) for (const b of all) expect(blockersOf(graph, a).includes(b)).toBe(blockedOf(graph, b).includes(a))
  })))
  it('changes no earlier state', () => fc.assert(fc.property(commands, sequence => {
    const half = run(sequence.slice(0, 5))
    const before = JSON.stringify(half)
    run(sequence.slice(5), half)
    expect(JSON.stringify(half)).toBe(before)
  })))
})
