// The document store: MONGODB_URI, else a mongod found, else FerretDB on a PostgreSQL of our own.
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ferretdbRepair } from './ferretdb-repair.mjs'
import { ask, atLeast, Missing, which } from './find.mjs'
import { goBuild } from './go-build.mjs'
import { installPackages } from './debian.mjs'
import { chooseStore } from './store-choice.mjs'

const postgresHomes = () => {
  const homes = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'].filter(existsSync)
    .flatMap(home => readdirSync(home).filter(name => /^(postgresql@)?\d+$/.test(name)).map(name => join(home, name, 'bin')))
  return homes.sort((a, b) => Number(b.match(/(\d+)\/bin$/)?.[1]) - Number(a.match(/(\d+)\/bin$/)?.[1]))
}
const findPostgres = async () => {
  const initdb = which('initdb', postgresHomes())
  const version = initdb && (await ask(initdb, ['--version']))
  return initdb && version && atLeast(version, '14') ? { folder: join(initdb, '..'), version: version.match(/[\d.]+/)?.[0] ?? '' } : undefined
}

const preparePostgres = async line => {
  const found = await findPostgres()
  if (found) return found
  await installPackages('PostgreSQL 14 or newer', { apt: 'postgresql', brew: 'postgresql@16' }, line)
  const installed = await findPostgres()
  if (!installed) throw new Missing('PostgreSQL was installed, but its initdb is in none of the usual folders: put it on the PATH, then start again.')
  return installed
}

export const prepareDocuments = async ({ root, builds, users }, line) => {
  if (process.env.MONGODB_URI) {
    line.done('the MongoDB of MONGODB_URI')
    return { kind: 'uri' }
  }
  const mongod = which('mongod')
  const { kind, kept } = chooseStore(resolve(process.env.CYBERTASK_HOME ?? join(root, '.cybertask')), mongod)
  if (mongod && kind === 'mongod') {
    line.done(`mongod, found at ${mongod}`)
    return { kind: 'mongod', program: mongod }
  }
  const [postgres, { folder, built }] = await Promise.all([preparePostgres(line), goBuild({
    name: 'documents', what: 'A document store (mongod, or MONGODB_URI, or FerretDB)', source: join(root, 'deploy/local/documents'), builds, users, least: '1.25', packages: ['.'], repairs: ferretdbRepair,
  }, line)])
  line.done(`FerretDB 1.24.0, ${built ? 'built' : 'built earlier'}, on PostgreSQL ${postgres.version}${kept ? '; it stays because the data is in it, though there is a mongod now' : ''}`)
  return { kind: 'ferretdb', program: join(folder, 'documents'), postgres: postgres.folder }
}
