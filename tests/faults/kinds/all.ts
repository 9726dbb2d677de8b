import { absences } from './away.ts'
import { deliveries } from './deliveries.ts'
import type { Kind } from './kind.ts'
import { kills } from './kill.ts'
import { clocks, namedPoints } from './points.ts'
import { wires } from './wire.ts'

/** Every way of breaking the platform. */
export const allKinds: readonly Kind[] = [...kills, ...namedPoints, ...absences, ...clocks, ...deliveries, ...wires]
