import { setTimeout as sleep } from 'node:timers/promises'
import { shuffled, type Chance } from '../../scripts/demo/random.ts'
import type { Ground, Kind } from './kinds/kind.ts'
import { services } from './stack/platform.ts'

export type Blow = { kind: Kind; target: string }

const LOOK_MS = 100
/** A service, its sidecar and the wire between them are one. */
const partOf = ({ target }: Blow): string => target.split(' ')[0]?.replace(/-sidecar$/, '') ?? ''

/** Whether other services may be broken at the same time. A store is everybody's, so nothing would be told apart from its absence. */
export const together = (blow: Blow): boolean => !blow.kind.alone && services.some(service => service === partOf(blow))

/** Where a kind strikes next: all its targets, in an order of chance, before any of them again. */
export const inTurn = (ground: Ground, chance: Chance): ((kind: Kind) => string) => {
  const left = new Map<Kind, string[]>()
  return kind => {
    if (!left.get(kind)?.length) left.set(kind, shuffled(kind.targets(ground), chance))
    return left.get(kind)?.pop() ?? ''
  }
}

/** One at the part that has most before it: else that one would go on alone at the end. */
const next = (free: readonly Blow[]): Blow | undefined => {
  const before = Map.groupBy(free, partOf)
  return free.toSorted((a, b) => (before.get(partOf(b))?.length ?? 0) - (before.get(partOf(a))?.length ?? 0))[0]
}
/** Strikes all, as many at a time as there are lanes, and no service twice at once. Ends early when `go` says no. */
export const volley = async (blows: readonly Blow[], lanes: number, strike: (blow: Blow) => Promise<void>, go: () => boolean): Promise<void> => {
  const waiting = [...blows]
  const broken = new Set<string>()
  const lane = async (): Promise<void> => {
    while (waiting.length > 0 && go()) {
      const blow = next(waiting.filter(b => !broken.has(partOf(b))))
      if (!blow) {
        await sleep(LOOK_MS)
        continue
      }
      waiting.splice(waiting.indexOf(blow), 1)
      broken.add(partOf(blow))
      try { await strike(blow) } finally { broken.delete(partOf(blow)) }
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
