import { existsSync } from 'node:fs'
import type { Probe } from './probe.ts'

/** A part that a stack needs. */
export type ExpectedPart = {
  name: string
  /** What it is. */
  found: string
  /** That of what is on the disk; '' where only the part itself could say. */
  version: string
  /** Its program is on the disk. */
  there: boolean
  /** Somebody else runs it. */
  elsewhere: boolean
  /** The part of this stack that answers for it, where it has no process of its own. */
  through?: string
  probe: Probe
  /** The version that it says itself, once it runs. */
  tell?: () => Promise<string | undefined>
}

/** A part that this stack runs; what it is made of is on the disk, or gone. */
export const part = (name: string, what: string, version: string, programs: readonly string[], probe: Probe): ExpectedPart => {
  const gone = programs.find(program => !existsSync(program))
  const found = gone === undefined ? { found: what, version, there: true } : { found: `gone: ${gone}`, version: '', there: false }
  return { name, ...found, elsewhere: false, probe }
}
/** A part that somebody else runs. */
export const neighbour = (name: string, found: string, probe: Probe): ExpectedPart => ({ name, found, version: '', there: true, elsewhere: true, probe })
/** A part that nobody has got yet. */
export const unprepared = (name: string): ExpectedPart =>
  ({ name, found: 'not prepared', version: '', there: false, elsewhere: false, probe: async () => false })
