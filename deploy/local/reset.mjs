// `npm run reset` removes the data of the local platform; with --all the builds as well. Runs without node_modules.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { lives } from './prepare/process-identity.mjs'
import { outside } from './prepare/outside-home.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
// The builds are there whatever the state folder is; another one may run on them.
const shared = join(root, '.cybertask')
const home = resolve(process.env.CYBERTASK_HOME ?? shared)
const all = process.argv.includes('--all')
const cluster = outside(home)
const builds = ['bin', 'parts.json']

const lockOf = folder => { try { return JSON.parse(readFileSync(join(folder, 'lock.json'), 'utf8')) } catch { return undefined } }
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

const running = [...new Set(all ? [home, shared] : [home])].flatMap(runningIn)
if (running.length) {
  console.error(`CyberTask runs (process ${running.join(', ')}): stop it first, with Ctrl-C or kill ${running.join(' ')}.`)
  process.exit(1)
}
const victims = new Set([
  ...(existsSync(home) ? readdirSync(home).filter(name => all || !builds.includes(name)) : []).map(name => join(home, name)),
  ...(all ? builds.map(name => join(shared, name)) : []), cluster,
].filter(existsSync))
if (!victims.size) console.log('There is nothing to remove.')
else if (await agreed(`Remove all data${all ? ' and builds' : ''} of CyberTask in ${home}?`)) {
  for (const victim of victims) await rm(victim, { recursive: true, force: true })
  console.log(`Removed ${[...victims].join(', ')}.${all ? '' : ' The builds stay; --all removes them too.'}`)
} else process.exitCode = 1
