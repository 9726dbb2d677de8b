// `npm run reset` removes the data of the local platform; with --all the builds as well. Runs without node_modules.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const home = resolve(process.env.CYBERTASK_HOME ?? join(root, '.cybertask'))
const all = process.argv.includes('--all')
// A cluster that root could not keep in the state folder (see parts/postgres.ts).
const outside = join('/var/lib/cybertask', createHash('sha256').update(home).digest('hex').slice(0, 12))
const builds = ['bin', 'parts.json']

const holder = () => { try { return JSON.parse(readFileSync(join(home, 'lock.json'), 'utf8')).pid } catch { return undefined } }
const alive = pid => { try { process.kill(pid, 0); return true } catch (error) { return error.code === 'EPERM' } }
const agreed = async question => {
  if (process.argv.includes('--yes')) return true
  if (!process.stdin.isTTY) { console.error('Nobody is there to ask: say --yes.'); return false }
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await lines.question(`${question} [y/N] `)
  lines.close()
  return /^y(es)?$/i.test(answer.trim())
}

const pid = holder()
if (pid && alive(pid)) {
  console.error(`CyberTask runs (process ${pid}): stop it first, with Ctrl-C or kill ${pid}.`)
  process.exit(1)
}
const victims = existsSync(home) ? readdirSync(home).filter(name => all || !builds.includes(name)) : []
if (!victims.length && !existsSync(outside)) console.log('There is nothing to remove.')
else if (await agreed(`Remove all data${all ? ' and builds' : ''} of CyberTask in ${home}?`)) {
  for (const name of victims) await rm(join(home, name), { recursive: true, force: true })
  await rm(outside, { recursive: true, force: true })
  console.log(`Removed ${victims.length ? victims.join(', ') : outside}.${all ? '' : ' The builds stay; --all removes them too.'}`)
} else process.exitCode = 1
