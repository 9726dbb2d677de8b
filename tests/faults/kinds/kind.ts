import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from '../../../scripts/demo/random.ts'
import type { Door } from '../team/door.ts'
import type { Team } from '../team/work.ts'
import type { Platform } from '../stack/platform.ts'

export type Scene = { platform: Platform; chance: Chance; door: Door; team: Team; /** Seconds instead of a minute. */ short: boolean; /** Sets a saga going in this service, so that it passes its points. */ errand: (service: string) => void }

/** One way of breaking the platform while commands flow. `strike` resolves when what it broke is whole again, or with `missed` when nothing broke: nobody came by. */
export type Kind = {
  name: string
  /** What it can hit. */
  targets: (platform: Platform) => readonly [string, ...string[]]
  /** Nothing else may be broken meanwhile: what it measures would be another's doing. */
  alone?: true
  strike: (scene: Scene, target: string) => Promise<'missed' | void>
}

export const between = (chance: Chance, from: number, to: number): number => from + chance.below(to - from)
export const pause = (ms: number): Promise<void> => sleep(ms)
