import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Kind } from './kinds/kind.ts'
import { together, volley, type Blow } from './volley.ts'

const kind = (name: string, alone?: true): Kind => ({ name, targets: () => ['task'], strike: async () => {}, ...alone && { alone } })
const blow = (target: string): Blow => ({ kind: kind('hold'), target })

describe('a volley', () => {
  it('strikes everything, several services at once, and none of them twice at a time', async () => {
    const blows = ['task', 'task-sidecar', 'task slow', 'task store.append.before', 'user', 'user cut', 'ai'].map(blow)
    const going: string[] = []
    const seen: string[][] = []
    const struck: string[] = []
    await volley(blows, 3, async ({ target }) => {
      going.push(target)
      seen.push([...going])
      await sleep(20)
      going.splice(going.indexOf(target), 1)
      struck.push(target)
    }, () => true)
    expect(struck.toSorted()).toEqual(blows.map(b => b.target).toSorted())
    expect(Math.max(...seen.map(s => s.length))).toBe(3)
    for (const at of seen) expect(new Set(at.map(target => target.slice(0, 4))).size, at.join(', ')).toBe(at.length)
  })
  it('ends when it is told to', async () => {
    let struck = 0
    await volley(['task', 'task', 'task'].map(blow), 2, async () => { struck++ }, () => struck < 2)
    expect(struck).toBe(2)
  })
  it('leaves a store, and what measures, to strike alone', () => {
    expect([blow('documents'), { kind: kind('kill a service', true), target: 'task' }, blow('task-sidecar')].map(together)).toEqual([false, false, true])
  })
})
