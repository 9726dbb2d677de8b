import { execFile, execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { syncFolder, writeWhole } from '../files.ts'
import type { PartSpec } from '../part.ts'
import type { Probe } from '../probe.ts'
import { clustersOf, freeOutside, leftBehind, otherOwner, ownerFile, ownOutside, placeFile } from '../prepare/cluster.mjs'
import { nameOf } from '../prepare/outside-home.mjs'
import { dieWithParent } from '../die-with-parent.ts'
import { plainEnv, type Context } from './context.ts'

const settings = (socket: string): string => `# Written at each start.
listen_addresses = ''
unix_socket_directories = '${socket}'
unix_socket_permissions = 0700
max_connections = 110
# FerretDB's equality filters come as parameters; only a plan for the value itself can use their indexes.
plan_cache_mode = force_custom_plan
jit = off
# An acknowledged command is on the disk.
fsync = on
synchronous_commit = on
wal_level = minimal
max_wal_senders = 0
wal_compression = on
max_wal_size = 1GB
# What was written since the last checkpoint began is read again after a crash. A quarter of an hour of it kept everybody waiting
# for three seconds, two minutes on a full machine still for one and a half.
checkpoint_timeout = 30s
checkpoint_completion_target = 0.5
shared_buffers = 128MB
effective_cache_size = 1GB
work_mem = 8MB
random_page_cost = 1.1
autovacuum_naptime = 20s
# Documents are looked up by equality alone. With 100, as by default, thirty thousand are sampled of every growing table: a core for a second, again and again.
default_statistics_target = 10
log_min_messages = warning
timezone = 'UTC'
`

/** PostgreSQL refuses to run as root, so root lends it the user that its package made. */
export const postgresUser = (): string | undefined => process.getuid?.() === 0 ? 'postgres' : undefined

const runAs = (command: readonly string[], cwd = '/'): void => {
  const [program = '', ...args] = dieWithParent(command, postgresUser(), 'SIGKILL')
  execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], env: plainEnv(process.env) })
}
const may = (how: '-r' | '-x', file: string): boolean => { try { runAs(['test', how, file]); return true } catch { return false } }

const socketFolder = (home: string): string => join(tmpdir(), `cybertask-${nameOf(home)}`)
// Who may not even look cannot say that nothing is there.
const isClosed = (file: string): boolean => { try { return statSync(file, { throwIfNoEntry: false }) !== undefined } catch { return true } }
const inside = (home: string): string => join(home, 'data/postgres')
const placeOf = (home: string): string => {
  const [known, other] = clustersOf(home)
  if (known !== undefined && other === undefined) return known
  // Root's own state folder may be closed to the postgres user.
  if (!postgresUser() || may('-x', home)) return inside(home)
  return other ?? freeOutside(home)
}
/** Where the cluster lives, or is to be made, when that is not in the state folder. */
export const clusterElsewhere = (home: string): string | undefined => {
  const place = placeOf(home)
  return place === inside(home) ? undefined : place
}

/** The folder of the cluster. One that is there stays the cluster; throws, with what to do, when it is gone, closed or another state folder's. */
export const clusterFolder = (home: string): string => {
  const left = leftBehind(home)
  if (left !== undefined) throw new Error(`${left} holds the documents of another state folder that lay in ${home}: start that one where it lies now, `
    + `or write ${left} into ${placeFile(home)} if it is this one, or remove ${dirname(left)} if it is gone for good; then start again.`)
  const place = placeOf(home)
  const owner = otherOwner(home, place)
  if (owner !== undefined) throw new Error(`${place} holds the documents of ${owner}: start from there, or with a new CYBERTASK_HOME.`)
  const version = join(place, 'PG_VERSION')
  if (!clustersOf(home).length || may('-r', version)) return place
  throw new Error(isClosed(version)
    ? `PostgreSQL, as the user ${postgresUser() ?? 'who starts it'}, may not read the documents in ${place}: `
      + 'start as the user who did before, or let it enter the folders above (chmod o+x), then start again.'
    : `The documents of ${home} lie in ${place}, and that is gone: put it back, or give them up with npm run reset.`)
}

/** Removes a state folder for good, and what of it lies elsewhere: a cluster that root could not keep in it, and its socket. */
export const removeState = (home: string): void => {
  for (const folder of [...ownOutside(home), home, socketFolder(home)]) rmSync(folder, { recursive: true, force: true })
}

/** The connection string of the cluster: through a socket only its owner can open. */
export const postgresUri = (home: string): string => `postgres://postgres@/postgres?host=${encodeURIComponent(socketFolder(home))}&pool_max_conns=96`

const own = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const user = postgresUser()
  if (user) execFileSync('chown', [`${user}:${user}`, folder])
  chmodSync(folder, 0o700)
}

const initialize = (bin: string, data: string): void => {
  if (existsSync(join(data, 'PG_VERSION'))) return
  const half = `${data}.half`
  rmSync(half, { recursive: true, force: true })
  own(half)
  runAs([join(bin, 'initdb'), '-D', half, '-E', 'UTF8', '--locale=C', '-U', 'postgres', '-A', 'trust'])
  rmSync(data, { recursive: true, force: true })
  renameSync(half, data)
  syncFolder(join(data, '..'))
}

// Whatever the umask of root is, the postgres user has to get through.
const letIn = (folder: string): void => {
  mkdirSync(folder, { recursive: true })
  if (postgresUser()) chmodSync(folder, statSync(folder).mode & 0o777 | 0o711)
}

// The next start follows it, whatever became of the state folder's name and mode meanwhile.
const note = (home: string, data: string): void => {
  const isInside = data === inside(home)
  writeWhole(placeFile(home), `${isInside ? 'data/postgres' : data}\n`, { lasting: true })
  if (!isInside) writeWhole(ownerFile(data), `${realpathSync(home)}\n`, { lasting: true })
}

/** The cluster of a state folder takes connections. */
export const postgresProbe = (home: string, bin: string): Probe => () =>
  promisify(execFile)(join(bin, 'pg_isready'), ['-h', socketFolder(home), '-U', 'postgres', '-q', '-t', '2']).then(() => true, () => false)

/** A PostgreSQL cluster of our own, under FerretDB. */
export const postgresPart = ({ home, env }: Pick<Context, 'home' | 'env'>, bin: string): PartSpec => {
  const data = clusterFolder(home)
  const socket = socketFolder(home)
  return {
    name: 'postgres', title: 'PostgreSQL', group: 'store', command: [join(bin, 'postgres'), '-D', data],
    cwd: '/', env: plainEnv(env), ports: [], user: postgresUser(),
    // Fast shutdown: open transactions are rolled back, nothing acknowledged is lost.
    stopSignal: 'SIGINT', stopWithinMs: 15_000,
    ready: postgresProbe(home, bin),
    before: async () => {
      own(socket)
      const parent = dirname(data)
      if (data !== inside(home)) letIn(dirname(parent))
      letIn(parent)
      initialize(bin, data)
      note(home, data)
      const conf = join(data, 'cybertask.conf')
      writeWhole(conf, settings(socket))
      chmodSync(conf, 0o644)
      const main = join(data, 'postgresql.conf')
      if (!readFileSync(main, 'utf8').includes("include 'cybertask.conf'")) appendFileSync(main, "\ninclude 'cybertask.conf'\n")
    },
  }
}
