// `npm start` begins here, on any Node from 20 and before node_modules exists: it gets every part, side by side, then hands over to the runtime under Node 24.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { prepareClickHouse } from './prepare/clickhouse.mjs'
import { clustersOf } from './prepare/cluster.mjs'
import { prepareDapr } from './prepare/dapr.mjs'
import { checkDisk, inWords } from './prepare/disk.mjs'
import { prepareDocuments } from './prepare/documents.mjs'
import { breakOff, brokenOff, Missing } from './prepare/find.mjs'
import { prepareFuzzer } from './prepare/fuzzer.mjs'
import { usersOf, useParts } from './prepare/in-use.mjs'
import { prepareKafka } from './prepare/kafka.mjs'
import { reachMongo } from './prepare/mongodb-uri.mjs'
import { findNode, modulesCurrent, prepareNode } from './prepare/node-modules.mjs'
import { openBoard } from './prepare/progress.mjs'
import { prepareRedis } from './prepare/redis.mjs'
import { settingsFrom } from './prepare/settings.mjs'
import { takeTurn } from './prepare/turn.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const state = join(root, '.cybertask')
const partsFile = join(state, 'parts.json')
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
const commands = {
  start: 'deploy/local/start.ts',
  doctor: 'deploy/local/doctor.ts',
  test: 'scripts/check/run.ts',
  fuzz: 'tests/security/fuzz/main.ts',
  faults: 'tests/faults/main.ts',
  containers: 'tests/containers/main.ts',
  bench: 'bench/run.ts',
  prepare: undefined,
}

const prepare = async (board, { home, documents }, withKafka, withFuzzer) => {
  const wanted = [
    ['Dapr', 'dapr', prepareDapr],
    ['Document store', 'documents', prepareDocuments],
    ['Redis', 'redis', prepareRedis],
    ...(withKafka ? [['Kafka', 'kafka', prepareKafka]] : []),
    ...(withFuzzer ? [['Fuzzer', 'fuzzer', prepareFuzzer]] : []),
  ]
  const place = { root, home, documents, builds: join(state, 'bin'), users: usersOf(state) }
  // What it has begun ends with it, or it would meet the next start.
  for (const signal of signals) process.on(signal, breakOff)
  const get = async (title, key, from, given = place) => {
    const line = board.line(title)
    try { return [key, await from(given, line)] } catch (error) {
      line.fail(brokenOff() ? 'stopped' : 'missing')
      return [key, error instanceof Error ? error : new Error(String(error))]
    }
  }
  const others = wanted.map(part => get(...part))
  const packages = get('Node 24 and packages', 'node', prepareNode)
  // ClickHouse comes with the packages.
  const engine = packages.then(part => part[1] instanceof Error ? part : get('ClickHouse', 'clickhouse', prepareClickHouse, { ...place, ...part[1] }))
  const results = await Promise.all([...others, packages, engine])
  for (const signal of signals) process.off(signal, breakOff)
  board.close()
  if (brokenOff()) throw new Missing('Stopped. What is whole stays; the next start goes on from there.')
  const failures = results.map(([, result]) => result).filter(result => result instanceof Error)
  if (failures.length) throw new Missing([...new Set(failures.map(inWords))].join('\n'))
  // What an earlier start got for other settings (Kafka) stays known.
  const earlier = await readFile(partsFile, 'utf8').then(JSON.parse).catch(() => ({}))
  const found = { ...earlier, ...Object.fromEntries(results) }
  await save(partsFile, found)
  return found
}

const save = async (file, value) => {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.${process.pid}.half`, JSON.stringify(value, null, 2))
  await rename(`${file}.${process.pid}.half`, file)
}

const handOver = async (script, args, given = {}) => {
  const child = spawn(await findNode(root), [join(root, script), ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, ...given } })
  // The terminal sends Ctrl-C to both; the runtime stops in order and decides when this ends.
  for (const signal of signals) process.on(signal, () => { if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal) })
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
}

/** Waits until no other start prepares. A turn that is not ended ends with this process. */
const ownTurn = async (board, command) => {
  let line
  const endTurn = await takeTurn(state, command, holder => {
    if (line) return
    line = board.line('Another start')
    line.tell(`process ${holder.pid} (${holder.command}) is preparing the parts; this one waits for it.`)
  })
  line?.done('is through')
  return endTurn
}

// Where the documents lie since an earlier start; if not in the state folder, that may be another disk.
const clusterFolders = ({ home, documents }) => documents ? [] : clustersOf(home).filter(existsSync)

const main = async ([command = 'start', ...args]) => {
  if (!(command in commands)) throw new Missing(`"${command}" is none of ${Object.keys(commands).join(', ')}.`)
  if (command === 'doctor') {
    if (!await modulesCurrent(root)) throw new Missing('✗ The packages are not installed as the lockfile says: run npm start, or npm ci.')
    await handOver(commands.doctor, args)
    return
  }
  // What the environment has wrong is said before eight minutes of building, not after.
  const settings = settingsFrom(process.env, root)
  for (const folder of new Set([state, settings.home, ...clusterFolders(settings)])) await checkDisk(folder)
  if (settings.documents) await reachMongo(settings.documents, text => console.log(text))
  const board = openBoard()
  const endTurn = await ownTurn(board, command)
  // The tests run the same contract on both brokers.
  const found = await prepare(board, settings, command === 'test' || settings.events === 'kafka', command === 'test' || command === 'fuzz')
  if (!commands[command]) return
  useParts(state, command)
  endTurn()
  // Not by the file alone: a start with other settings writes that anew, and tests read it minutes later.
  await handOver(commands[command], args, { CYBERTASK_PARTS: JSON.stringify(found) })
}

main(process.argv.slice(2)).catch(error => {
  console.error(error instanceof Missing || error.code === 'ENOSPC' ? `\n${inWords(error)}` : error)
  process.exit(1)
})
