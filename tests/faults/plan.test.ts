import { expect, it } from 'vitest'
import type { Ground, Kind } from './kinds/kind.ts'
import { planFor } from './plan.ts'

const kind = (name: string, mayMiss?: true): Kind => ({ name, targets: () => ['task'], strike: async () => {}, ...mayMiss && { mayMiss } })
const ground: Ground = { events: 'redis', wires: new Map(), disk: undefined }

it('a kind is struck in rounds until it has struck as often as wanted, and what did nothing is tried again', () => {
  const [sure, unsure] = [kind('kill'), kind('die', true)]
  const plan = planFor([sure, unsure], { ground, wanted: 6, mostTries: 18 })
  const rounds: number[][] = []
  for (let round = plan.round(); round.length > 0; round = plan.round()) {
    rounds.push([sure, unsure].map(k => round.filter(r => r === k).length))
    for (const [i, k] of round.entries()) plan.note(k, k === sure || i % 2 === 0)
  }
  expect(rounds.slice(0, 2)).toEqual([[4, 4], [2, 4]])
  expect(plan.plans).toEqual([{ kind: 'kill', wanted: 6, tried: 6, struck: 6, mayMiss: false }, expect.objectContaining({ kind: 'die', struck: 6, mayMiss: true })])
})
it('a kind of which nobody comes by is given up', () => {
  const plan = planFor([kind('die', true)], { ground, wanted: 2, mostTries: 6 })
  for (let round = plan.round(); round.length > 0; round = plan.round()) for (const k of round) plan.note(k, false)
  expect(plan.plans).toEqual([{ kind: 'die', wanted: 2, tried: 6, struck: 0, mayMiss: true }])
})
it('a kind that can hit nothing on this machine is not wanted there', () => {
  const full: Kind = { ...kind('fill'), targets: ({ disk }) => (disk ? ['all'] : []) }
  expect(planFor([full, kind('kill')], { ground, wanted: 2, mostTries: 6 }).plans.map(plan => plan.kind)).toEqual(['kill'])
})
