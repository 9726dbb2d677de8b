// A cluster of documents that root could not keep in the state folder (see parts/postgres.ts) lies here. Runs without node_modules.
import { createHash } from 'node:crypto'
import { join } from 'node:path'

/** A short name for a state folder. */
export const nameOf = home => createHash('sha256').update(home).digest('hex').slice(0, 12)
/** What of a state folder lies outside it, if anything does. */
export const outside = home => join('/var/lib/cybertask', nameOf(home))
