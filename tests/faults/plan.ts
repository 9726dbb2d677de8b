import type { Ground, Kind } from './kinds/kind.ts'

/** How often a kind was to strike, how often it was tried, and how often it did. */
export type Plan = { kind: string; wanted: number; tried: number; struck: number; mayMiss: boolean }

/** So often each kind strikes before those that strike alone have their turn again. */
const ROUND = 4

/** Plans strikes in rounds until each kind that can hit anything here has struck as often as wanted, or has been tried so often: of some nobody comes by for long. */
export const planFor = (kinds: readonly Kind[], { ground, wanted, mostTries }: { ground: Ground; wanted: number; mostTries: number }) => {
  const able = kinds.filter(kind => kind.targets(ground).length > 0)
  const plans = new Map(able.map((kind): [Kind, Plan] => [kind, { kind: kind.name, wanted, tried: 0, struck: 0, mayMiss: kind.mayMiss ?? false }]))
  const left = ({ tried, struck }: Plan): number => Math.max(0, Math.min(ROUND, wanted - struck, mostTries - tried))
  return {
    plans: [...plans.values()] as readonly Plan[],
    /** What is to strike next; nothing when all is done. */
    round: (): Kind[] => [...plans].flatMap(([kind, plan]) => Array<Kind>(left(plan)).fill(kind)),
    note: (kind: Kind, struck: boolean): void => {
      const plan = plans.get(kind)
      if (!plan) return
      plan.tried++
      if (struck) plan.struck++
    },
  }
}
