import { describe, expect, it } from 'vitest'
import { defaultWorkflow } from '../../services/shared/contracts/workflow.ts'
import { chunksThatFit } from './in-parallel.ts'
import { readOptions } from './options.ts'
import { agrees, rowsOf } from './reconcile.ts'
import { eventTable } from './table.ts'
import { addressOf } from './team.ts'
import { pathToDone } from './workflow-path.ts'

const of = (counts: Record<string, number>) => new Map(Object.entries(counts))

describe('reconciling', () => {
  it('holds every place against every other that can know', () => {
    const rows = rowsOf({
      acknowledged: of({ TaskCreated: 2, UserCreated: 1 }),
      log: of({ TaskCreated: 2, MemberAdded: 1 }),
      rows: of({ TaskCreated: 2, UserCreated: 1, MemberAdded: 1 }),
      frames: of({ TaskCreated: 2 }),
    })
    expect(rows.map(row => [row.name, agrees(row)])).toEqual([['MemberAdded', false], ['TaskCreated', true], ['UserCreated', true]])
    expect(eventTable(rows)).toContain('MemberAdded              ·            1            1        0   ✗')
  })
  it('does not take silence for agreement', () => {
    expect(rowsOf({ acknowledged: of({ UserDeleted: 1 }), log: of({}), rows: of({}), frames: of({}) }).every(agrees)).toBe(false)
    expect(rowsOf({ acknowledged: of({}), log: of({ TaskCreated: 1 }), rows: of({}), frames: of({ TaskCreated: 1 }) }).every(agrees)).toBe(false)
  })
})

describe('the demo', () => {
  it('finds the way to done', () => expect(pathToDone(defaultWorkflow, 'todo').map(s => s.to)).toEqual(['in_progress', 'in_review', 'done']))
  it('keeps requests below the limit of a body', () => {
    expect(chunksThatFit(['a'.repeat(60), 'b'.repeat(60), 'c'], 10, 100).map(c => c.length)).toEqual([1, 2])
    expect(chunksThatFit([1, 2, 3], 2).map(c => c.length)).toEqual([2, 1])
  })
  it('gives everybody an address of the run', () => {
    expect([addressOf('Åsa Lindén', 'r1'), addressOf('person-089', 'r1')]).toEqual(['asa.linden@r1.demo.example', 'person.089@r1.demo.example'])
    expect(addressOf('田中', 'r1')).not.toBe(addressOf('山田', 'r1'))
  })
  it('takes its options, and says what is wrong with them', () => {
    expect(readOptions(['--items', '50'], { PORT_OFFSET: '100' }, '/x')).toMatchObject({
      items: 50, url: 'http://localhost:3100', mail: 'http://localhost:1180', state: '/x/.cybertask/demo', remove: false,
    })
    expect(() => readOptions(['--items', 'many'], {}, '/x')).toThrow('--items must be a whole number')
    expect(() => readOptions(['--nonsense'], {}, '/x')).toThrow()
  })
})
