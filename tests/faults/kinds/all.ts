import type { Kind } from './kind.ts'
import { kills } from './kill.ts'

/** Every way of breaking the platform. */
export const allKinds: readonly Kind[] = [...kills]
