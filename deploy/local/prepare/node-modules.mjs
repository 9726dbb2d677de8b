// node_modules, and with them Node 24, as the lockfile says.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ask, atLeast, Missing, run, which } from './find.mjs'

const read = async file => JSON.parse(await readFile(file, 'utf8'))

/** True when every package of the lockfile is there in its version; those for other platforms may be absent. */
export const modulesCurrent = async root => {
  const installed = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(installed)) return false
  const [wanted, present] = await Promise.all([read(join(root, 'package-lock.json')), read(installed)]).catch(() => [])
  if (!wanted || !present) return false
  return Object.entries(wanted.packages).every(([path, { version, optional }]) => path === '' || (optional && !present.packages[path]) || present.packages[path]?.version === version)
}

/** The Node 24 of node_modules, else one that runs us already, else one on the PATH. */
export const findNode = async root => {
  const candidates = [join(root, 'node_modules/.bin/node'), process.execPath, which('node')].filter(file => file && existsSync(file))
  for (const file of candidates) if (atLeast((await ask(file, ['--version'])) ?? '0', '24')) return file
  throw new Missing('Node 24 is missing and npm has no build of it for this platform: install it from https://nodejs.org, then start again.')
}

const install = async (root, line) => {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const quietly = ['--no-audit', '--no-fund', '--ignore-scripts']
  const count = setInterval(() => line.say(`npm ci, ${present(join(root, 'node_modules'))} packages`), 2000)
  try {
    await run(npm, ['ci', ...quietly], { cwd: root }).catch(error => {
      // A lockfile that was written where the packages of other platforms cannot be had lacks them, and npm ci refuses it; npm install does not.
      if (!/code EUSAGE/.test(error.output ?? '')) throw error
      return run(npm, ['install', '--no-save', ...quietly], { cwd: root })
    })
  } catch (error) {
    const why = String(error.output ?? error.message).split('\n').filter(text => /npm error/.test(text)).slice(0, 3).join(' ')
    throw new Missing(`The packages could not be installed: ${why || error.message}`)
  } finally { clearInterval(count) }
}
const packagesIn = folder => { try { return readdirSync(folder).flatMap(name => name.startsWith('@') ? readdirSync(join(folder, name)).map(inner => join(name, inner)) : [name]) } catch { return [] } }
// npm makes all folders at once and fills them one by one.
const present = folder => packagesIn(folder).filter(name => existsSync(join(folder, name, 'package.json'))).length

const clickhouseUrlIn = home => read(join(home, 'secrets.json')).then(secrets => secrets['clickhouse-url'], () => undefined)

export const prepareNode = async ({ root }, line) => {
  const current = await modulesCurrent(root)
  if (!current) await install(root, line)
  const node = await findNode(root)
  const elsewhere = process.env.CLICKHOUSE_URL || await clickhouseUrlIn(resolve(process.env.CYBERTASK_HOME ?? join(root, '.cybertask')))
  if (!elsewhere && spawnSync(node, ['-e', 'import("chdb").then(()=>process.exit(0),()=>process.exit(1))'], { cwd: root }).status !== 0)
    throw new Missing('The embedded ClickHouse (chdb) does not load on this machine: set CLICKHOUSE_URL to a ClickHouse server (http://user:password@host:8123), then start again.')
  line.done(`${await ask(node, ['--version'])}, packages ${current ? 'as the lockfile says' : 'installed'}; ${elsewhere ? 'a ClickHouse elsewhere' : 'chdb loads'}`)
  return { node }
}
