import { absences } from './away.ts'
import { deliveries } from './deliveries.ts'
import type { Kind } from './kind.ts'
import { disks } from './disk.ts'
import { kills } from './kill.ts'
import { clocks, namedPoints } from './points.ts'
import { poisons } from './poison.ts'
import { replacements } from './replace.ts'
import { wires } from './wire.ts'

/** Every way of breaking the platform. */
export const allKinds: readonly Kind[] = [...kills, ...namedPoints, ...absences, ...clocks, ...deliveries, ...wires, ...poisons, ...disks, ...replacements]
