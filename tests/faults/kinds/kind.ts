import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from '../../../scripts/demo/random.ts'
import type { Door } from '../team/door.ts'
import type { Team } from '../team/work.ts'
import type { Platform } from '../stack/platform.ts'

export type Scene = {
  platform: Platform
  chance: Chance
  door: Door
  team: Team
  /** Seconds instead of a minute. */
  short: boolean
  /** Sets a saga going in this service, so that it passes its points. */
  errand: (service: string) => void
}

/** What of a platform says where a kind can strike. */
export type Ground = Pick<Platform, 'events' | 'wires' | 'disk'>
/** One way of breaking the platform while commands flow. `strike` resolves when what it broke is whole again, or with `missed` when nothing broke: nobody came by. */
export type Kind = {
  name: string
  /** What it can hit; nothing where the machine does not allow it. */
  targets: (ground: Ground) => readonly string[]
  /** Nothing else may be broken meanwhile: what it measures would be another's doing. */
  alone?: true
  /** It kills and starts again, so that what needs the target can be timed against a restart with nobody at work. */
  timed?: true
  /** A miss says nothing against it: nobody need come by. */
  mayMiss?: true
  /** What else than a 503 may be answered meanwhile; 0 is no answer at all. */
  excuses?: (target: string) => readonly number[]
  strike: (scene: Scene, target: string) => Promise<'missed' | void>
}

/** In front of the gateway there is nobody who could answer while it is away. */
export const nobodyThere = (target: string): readonly number[] => (target === 'gateway' ? [0] : [])
export const between = (chance: Chance, from: number, to: number): number => from + chance.below(to - from)
export const pause = (ms: number): Promise<void> => sleep(ms)
