// What goes before the Dapr app ids of a state folder. State, sagas and jobs lie under the app ids, so it stays what it was. Runs without node_modules.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The file of a state folder that keeps its prefix. */
export const prefixFile = home => join(home, 'app-id-prefix')
const keptIn = home => { try { return readFileSync(prefixFile(home), 'utf8').trim() } catch { return undefined } }

/**
 * The prefix of a state folder at a port offset where none is given. Sidecars find each other by name, in the whole network: at other ports
 * a new one gets other names. One that began before prefixes were kept has none.
 */
export const prefixFor = (home, offset) => keptIn(home) ?? (offset === 0 || existsSync(join(home, 'secrets.json')) ? '' : `o${offset}-`)
