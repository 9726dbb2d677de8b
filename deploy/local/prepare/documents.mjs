// The document store: MONGODB_URI, else a mongod found, else FerretDB on a PostgreSQL of our own.
import { join } from 'node:path'
import { ferretdbRepair } from './ferretdb-repair.mjs'
import { which } from './find.mjs'
import { goBuild } from './go-build.mjs'
import { hostsOf } from './mongodb-uri.mjs'
import { ferretdbVersion } from './pinned.mjs'
import { preparePostgres } from './postgres.mjs'
import { chooseStore } from './store-choice.mjs'

export const prepareDocuments = async ({ root, home, documents, builds, users }, line) => {
  if (documents) {
    line.done(`the MongoDB at ${hostsOf(documents)?.join(', ')}`)
    return { kind: 'uri' }
  }
  const mongod = which('mongod')
  const { kind, kept } = chooseStore(home, mongod)
  if (mongod && kind === 'mongod') {
    line.done(`mongod, found at ${mongod}`)
    return { kind: 'mongod', program: mongod }
  }
  const [postgres, { folder, built }] = await Promise.all([preparePostgres(home, line), goBuild({
    name: 'documents', what: 'A document store (mongod, or MONGODB_URI, or FerretDB)', source: join(root, 'deploy/local/documents'),
    builds, users, least: '1.25', packages: ['.'], programs: ['documents'], repairs: ferretdbRepair,
  }, line)])
  const why = kept ? '; it stays because the data is in it, though there is a mongod now' : ''
  const version = ferretdbVersion(root)
  line.done(`FerretDB ${version}, ${built ? 'built' : 'built earlier'}, on PostgreSQL ${postgres.version}${why}`)
  return { kind: 'ferretdb', version, program: join(folder, 'documents'), postgres: postgres.folder }
}
