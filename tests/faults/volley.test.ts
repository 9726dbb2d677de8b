import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { chance } from '../../scripts/demo/random.ts'
import { allKinds } from './kinds/all.ts'
import type { Ground, Kind } from './kinds/kind.ts'
import { inTurn, together, volley, type Blow } from './volley.ts'

const kind = (name: string, alone?: true): Kind => ({ name, targets: () => ['task'], strike: async () => {}, ...alone && { alone } })
const ground: Ground = { events: 'redis', wires: new Map(), disk: undefined }
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
  it('has struck all that a kind can hit before it hits any of it again', () => {
    const next = inTurn(ground, chance(1))
    const parts = ['task', 'user', 'ai']
    const some: Kind = { ...kind('stop'), targets: () => parts }
    for (let turn = 0; turn < 3; turn++) expect(parts.map(() => next(some)).toSorted()).toEqual(parts.toSorted())
  })
})

describe('the kinds', () => {
  const targets = (name: string, on = ground): readonly string[] => allKinds.find(k => k.name === name)?.targets(on) ?? []
  const apps = ['gateway', 'user', 'task', 'project', 'notification', 'analytics', 'ai']
  const all = [...apps, ...apps.map(app => `${app}-sidecar`)]
  it('stop every service, sidecar and store for a while, and all of the control plane', () => {
    expect(new Set(targets('stop a part for a while'))).toEqual(new Set([...all, 'broker', 'documents', 'postgres', 'state', 'scheduler', 'placement', 'sentry']))
  })
  it('leave out only the full disk where no small one can be mounted, and fill it where one is', () => {
    expect(allKinds.filter(k => k.targets(ground).length === 0).map(k => k.name)).toEqual(['fill the disk'])
    expect(targets('fill the disk', { ...ground, disk: { fill: async () => async () => {}, unmount: () => {} } })).toHaveLength(1)
  })
  it('deliver to nobody what he does not follow', () => {
    expect(targets('deliver twice, late, reordered').filter(t => /^(?:user|ai) /.test(t) || /^task (?!project-events)/.test(t))).toEqual([])
    expect(targets('deliver twice, late, reordered')).toContain('notification ai-events')
  })
  it('cut the wire of every sidecar to its service', () => {
    expect(targets('wire between service and sidecar')).toEqual(expect.arrayContaining(apps.map(app => `${app} in cut`)))
  })
})
