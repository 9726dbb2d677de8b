// `npm run reset` removes the data of the local platform; with --all the builds as well. Runs without node_modules.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { ownOutside } from './prepare/cluster.mjs'
import { usersOf } from './prepare/in-use.mjs'
import { hostsOf } from './prepare/mongodb-uri.mjs'
import { lives } from './prepare/process-identity.mjs'
import { turnFile, whoPrepares } from './prepare/turn.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
// The builds are there whatever the state folder is; another one may run on them.
const shared = join(root, '.cybertask')
const home = resolve(process.env.CYBERTASK_HOME || shared)
const all = process.argv.includes('--all')
const builds = /^(bin|compile-cache|parts\.json|in-use\.json|licences\.txt)$/
// The state folder may hold more than ours, in folders of the same names too: what is removed is known by its path.
const own = {
  '': /^((lock|secrets|tokens)\.json|(broker|state)\.conf|cluster|app-id-prefix|kafka\.properties|sentry\.yaml|dapr\.env)$/,
  data: /^(analytics|broker|kafka|mail|mongo|postgres|scheduler|state)$/,
  dapr: /^(config|resources)$/,
  certificates: /^(ca\.crt|issuer\.(crt|key))$/,
  demo: /^r[a-z0-9]{8,}\.(json|bad-rows\.txt)$/,
  logs: /^((gateway|user|task|project|notification|analytics|ai)(-sidecar)?|broker|state|postgres|documents|kafka|mail|sentry|placement|scheduler)\.log(\.1)?$/,
}

const readJson = file => { try { return JSON.parse(readFileSync(file, 'utf8')) } catch { return undefined } }
const lockOf = folder => readJson(join(folder, 'lock.json'))
/** The supervisor, or what it left when it was killed. */
const runningIn = folder => { const lock = lockOf(folder); return lock ? [lock, ...(lock.parts ?? [])].filter(lives).map(({ pid }) => pid) : [] }
const agreed = async question => {
  if (process.argv.includes('--yes')) return true
  if (!process.stdin.isTTY) { console.error('Nobody is there to ask: say --yes.'); return false }
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await lines.question(`${question} [y/N] `)
  lines.close()
  return /^y(es)?$/i.test(answer.trim())
}

const named = (folder, names) => {
  if (!existsSync(folder)) return []
  // A file that was being written carries the number of its writer, too.
  return readdirSync(folder).filter(name => names.test(name.replace(/(\.\d+)?\.half$/, ''))).map(name => join(folder, name))
}

// As secrets.ts writes it, at the ports of ports.ts and their offsets.
const isOwnStore = uri => {
  const port = Number(/^mongodb:\/\/127\.0\.0\.1:(\d+)\/\?directConnection=true$/.exec(uri)?.[1])
  return port >= 6392 && port <= 21_392
}
/** Where the platform has kept something that is not in the state folder, without names and passwords. */
const elsewhere = secrets => {
  const uri = process.env.MONGODB_URI || secrets['mongodb-uri'] || ''
  const url = process.env.CLICKHOUSE_URL || secrets['clickhouse-url'] || ''
  const brokers = process.env.KAFKA_BROKERS
  return [
    ...(uri && !isOwnStore(uri) ? [
      `the documents in the MongoDB at ${hostsOf(uri)?.join(', ')} (their personal data can be read with the token-key of `
        + `${join(home, 'secrets.json')} alone, which is removed: keep it, or drop their databases)`,
    ] : []),
    ...(URL.canParse(url) ? [`the figures in the ClickHouse at ${new URL(url).host}`] : []),
    ...(brokers ? [`the events in the Kafka at ${brokers}`] : []),
  ]
}

const refuseWhileRunning = () => {
  const preparing = all && whoPrepares(shared)
  const running = [...new Set([
    ...(all ? [home, shared] : [home]).flatMap(runningIn),
    ...(all ? usersOf(shared) : []).map(({ pid }) => pid),
    ...(preparing ? [preparing.pid] : []),
  ])]
  if (!running.length) return
  console.error(`CyberTask runs (process ${running.join(', ')}): stop it first, with Ctrl-C or kill ${running.join(' ')}.`)
  process.exit(1)
}

refuseWhileRunning()
const victims = [
  // First: what is noted in the state folder finds it again after a reset that was broken off.
  ...ownOutside(home),
  ...Object.entries(own).flatMap(([folder, names]) => named(join(home, folder), names)),
  ...(all ? [...named(shared, builds), ...named(shared, turnFile)] : []),
]
const stays = elsewhere(readJson(join(home, 'secrets.json')) ?? {})
if (stays.length) console.log(`Not reached from here, and left as it is: ${stays.join('; ')}.`)
if (!victims.length) console.log('There is nothing to remove.')
else if (await agreed(`Remove all data${all ? ' and builds' : ''} of CyberTask in ${home}?`)) {
  // Meanwhile somebody may have started it.
  refuseWhileRunning()
  for (const victim of victims) await rm(victim, { recursive: true, force: true })
  for (const folder of Object.keys(own).filter(Boolean)) await rmdir(join(home, folder)).catch(() => {})
  const rest = existsSync(home) ? readdirSync(home).filter(name => !builds.test(name) && !turnFile.test(name)) : []
  const others = rest.length ? ` What else is in ${home} stays: ${rest.join(', ')}.` : ''
  console.log(`Removed ${victims.join(', ')}.${others}${all ? '' : ' The builds stay; --all removes them too.'}`)
} else process.exitCode = 1
