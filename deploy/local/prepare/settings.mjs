// What the environment says about the stack, checked before anything is built for it. Runs without node_modules.
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { prefixFor } from './app-id-prefix.mjs'
import { badPortAt } from './bad-ports.mjs'
import { Missing } from './find.mjs'
import { hostsOf } from './mongodb-uri.mjs'

const setsIn = root => readdirSync(join(root, 'components'), { withFileTypes: true })
  .filter(entry => entry.isDirectory() && entry.name !== 'local')
  .map(entry => entry.name)
const isWhole = (text, least, most) => /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most

/**
 * What the environment says about the stack. Every mistake is named at once, and an empty variable is a missing one.
 * Values may be secrets and are never told.
 */
export const settingsFrom = (env, root) => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const { CYBERTASK_HOME, PORT_OFFSET = '0', APP_ID_PREFIX, EVENTS = 'redis', MAILS_KEPT = '1', MONGODB_URI: documents } = given
  // `components/local` is the set of Redis.
  const events = EVENTS === 'local' ? 'redis' : EVENTS
  const sets = setsIn(root)
  const [home, offset] = [resolve(CYBERTASK_HOME ?? join(root, '.cybertask')), Number(PORT_OFFSET)]
  const badPort = badPortAt(offset)
  const mistakes = [
    isWhole(PORT_OFFSET, 0, 15_000) || 'PORT_OFFSET is wrong: must be a whole number from 0 to 15000, or the ports run out.',
    badPort === undefined || `PORT_OFFSET is wrong: ${offset} moves a part to port ${badPort}, which browsers refuse: choose another one.`,
    /^[a-z0-9-]{0,30}$/.test(APP_ID_PREFIX ?? '') || 'APP_ID_PREFIX is wrong: must be lower-case letters, digits and dashes, 30 at most.',
    events === 'redis' || sets.includes(events) || `EVENTS is wrong: must be redis or a folder in components/: ${sets.join(', ')}.`,
    isWhole(MAILS_KEPT, 1, Infinity) || 'MAILS_KEPT is wrong: must be a whole number from 1 on.',
    documents === undefined || hostsOf(documents) || 'MONGODB_URI is wrong: must be mongodb://host:port/ or mongodb+srv://host/, '
      + 'with special characters in name and password percent-encoded.',
  ].filter(mistake => typeof mistake === 'string')
  if (mistakes.length) throw new Missing(mistakes.join('\n'))
  return { home, offset, prefix: APP_ID_PREFIX ?? prefixFor(home, offset), events, documents }
}
