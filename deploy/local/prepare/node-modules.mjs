// node_modules, and with them Node 24, as the lockfile says.
import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ask, atLeast, Missing, run, which } from './find.mjs'

const read = async file => JSON.parse(await readFile(file, 'utf8'))

/** True when every package of the lockfile is there in its version; those for other platforms may be absent. */
export const modulesCurrent = async root => {
  const installed = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(installed)) return false
  const [wanted, present] = await Promise.all([read(join(root, 'package-lock.json')), read(installed)]).catch(() => [])
  if (!wanted || !present) return false
  return Object.entries(wanted.packages).every(([path, { version, optional }]) =>
    path === '' || (optional && !present.packages[path]) || (present.packages[path]?.version === version && existsSync(join(root, path))))
}

/** The Node 24 of node_modules, else one that runs us already, else one on the PATH. */
export const findNode = async root => {
  const candidates = [join(root, 'node_modules/.bin/node'), process.execPath, which('node')].filter(file => file && existsSync(file))
  for (const file of candidates) if (atLeast((await ask(file, ['--version'])) ?? '0', '24')) return file
  throw new Missing('Node 24 is missing and npm has no build of it for this platform: install it from https://nodejs.org, then start again.')
}

// What a second try mends: the way to the registry, a registry out of breath, a folder that somebody still held, and npm's own slips.
const passing =
  /code (EAI_AGAIN|ENOTFOUND|ECONN\w+|ETIMEDOUT|EIDLETIMEOUT|ERR_SOCKET_TIMEOUT|EINTEGRITY|ENOTEMPTY|EBUSY|E429|E5\d\d)\b|Exit handler never called/
const sayingOf = error => String(error.output ?? error.message).split('\n').filter(text => /npm (error|ERR!)/.test(text)).slice(0, 3).join(' ') || error.message

const install = async (root, line) => {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const quietly = ['--no-audit', '--no-fund', '--ignore-scripts']
  const count = setInterval(() => line.say(`npm ci, ${present(join(root, 'node_modules'))} packages`), 2000)
  try {
    // Asked to stop, npm goes on for half a minute and then undoes it all; the next start begins anew anyway.
    const running = { cwd: root, breakBy: 'SIGKILL' }
    const ci = () => run(npm, ['ci', ...quietly], running)
    await ci().catch(error => {
      if (passing.test(error.output ?? '')) {
        line.tell(`npm ci failed (${sayingOf(error)}): trying it once more`)
        return ci()
      }
      // A lockfile that was written where the packages of other platforms cannot be had lacks them, and npm ci refuses it; npm install does not.
      if (!/code EUSAGE/.test(error.output ?? '')) throw error
      return run(npm, ['install', '--no-save', ...quietly], running)
    })
  } catch (error) {
    const advice = passing.test(error.output ?? '')
      ? 'It was tried twice: see that npm reaches its registry (npm ping), then start again.'
      : 'Mend that, then start again.'
    throw new Missing(`The packages could not be installed: ${sayingOf(error)}\n${advice}`)
  } finally { clearInterval(count) }
}
const packagesIn = folder => {
  try {
    return readdirSync(folder).flatMap(name => name.startsWith('@') ? readdirSync(join(folder, name)).map(inner => join(name, inner)) : [name])
  } catch { return [] }
}
// npm makes all folders at once and fills them one by one.
const present = folder => packagesIn(folder).filter(name => existsSync(join(folder, name, 'package.json'))).length

export const prepareNode = async ({ root, users }, line) => {
  const current = await modulesCurrent(root)
  if (!current && users.length) {
    const running = users.map(({ command, pid }) => `${command}, process ${pid}`).join('; ')
    throw new Missing(`The packages have changed, and what runs on the old ones would lose them (${running}): stop it first, then start again.`)
  }
  if (!current) await install(root, line)
  const node = await findNode(root)
  line.done(`${await ask(node, ['--version'])}, packages ${current ? 'as the lockfile says' : 'installed'}`)
  return { node }
}
