import type { Found } from '../found.ts'
import type { Ports } from '../ports.ts'
import type { Tokens } from '../secrets.ts'
import type { Topology } from '../topology.ts'

/** What the parts of one stack are made from. */
export type Context = {
  root: string
  home: string
  found: Found
  ports: Ports
  offset: number
  prefix: string
  events: string
  env: NodeJS.ProcessEnv
  topology: Topology
  secrets: Readonly<Record<string, string>>
  tokens: Tokens
}

/** The environment of programs that are not ours: what any program needs, and nothing of the services. */
export const plainEnv = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  ({ PATH: env['PATH'], HOME: env['HOME'], TMPDIR: env['TMPDIR'], LANG: 'C.UTF-8', TZ: 'UTC' })
