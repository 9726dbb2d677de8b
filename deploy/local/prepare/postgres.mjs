// The PostgreSQL under FerretDB: one of the version that the documents are in, for no other can read them; the newest where there are none yet.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { clustersOf } from './cluster.mjs'
import { installPackages } from './debian.mjs'
import { ask, atLeast, Missing, whichAll } from './find.mjs'

const least = '14'
const usualHomes = () => {
  const homes = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'].filter(existsSync)
    .flatMap(home => readdirSync(home).filter(name => /^(postgresql@)?\d+$/.test(name)).map(name => join(home, name, 'bin')))
  return homes.sort((a, b) => Number(b.match(/(\d+)\/bin$/)?.[1]) - Number(a.match(/(\d+)\/bin$/)?.[1]))
}
const find = async major => {
  for (const initdb of whichAll('initdb', usualHomes())) {
    const version = (await ask(initdb, ['--version']))?.match(/\d[\d.]*/)?.[0]
    if (version && (major ? version.split('.')[0] === major : atLeast(version, least))) return { folder: join(initdb, '..'), version }
  }
  return undefined
}

/** The programs of PostgreSQL for a state folder: {folder, version}. */
export const preparePostgres = async (home, line) => {
  const cluster = clustersOf(home).find(folder => existsSync(join(folder, 'PG_VERSION')))
  const major = cluster && readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim()
  const found = await find(major)
  if (found) return found
  const [what, names] = major
    ? [`PostgreSQL ${major}, the version of the documents in ${cluster},`, { apt: `postgresql-${major}`, brew: `postgresql@${major}` }]
    : [`PostgreSQL ${least} or newer`, { apt: 'postgresql', brew: 'postgresql@16' }]
  await installPackages(what, names, line)
  const installed = await find(major)
  if (!installed) throw new Missing('PostgreSQL was installed, but its initdb is in none of the usual folders: put it on the PATH, then start again.')
  return installed
}
