// A store that holds data stays the store: another one would look as if everything were lost.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { clustersOf } from './cluster.mjs'
import { Missing } from './find.mjs'

/** Which store a state folder is to have, and whether only because its data is there. */
export const chooseStore = (home, mongod) => {
  const [mongo, cluster] = [existsSync(join(home, 'data/mongo')), clustersOf(home).length > 0]
  if (mongo && !cluster && !mongod)
    throw new Missing(`The documents in ${join(home, 'data/mongo')} are MongoDB's, and mongod is not on the PATH any more: `
      + 'put it back, then start again; or give them up with npm run reset.')
  if (mongod && cluster && !mongo) return { kind: 'ferretdb', kept: true }
  return { kind: mongod ? 'mongod' : 'ferretdb', kept: false }
}
