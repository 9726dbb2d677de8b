// Debian as root may install packages; elsewhere the person is told the command.
import { existsSync } from 'node:fs'
import { Missing, run, which } from './find.mjs'

const mayInstall = () => process.getuid?.() === 0 && existsSync('/etc/debian_version') && which('apt-get')
const commandFor = names => process.platform === 'darwin' ? `brew install ${names.brew}`
  : existsSync('/etc/debian_version') ? `sudo apt-get install -y ${names.apt}` : `install ${names.apt} with your package manager`

// apt takes one lock for the machine, so the installations of one start queue up.
let queue = Promise.resolve()

/** Installs Debian packages, or says how to. `names` = {apt, brew}. */
export const installPackages = async (what, names, line) => {
  if (!mayInstall()) throw new Missing(`${what} is missing: ${commandFor(names)}, then start again.`)
  const job = queue.then(async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    line.say(`installing ${names.apt} with apt-get`)
    const onLine = text => line.say(`apt-get: ${text.slice(0, 60)}`)
    const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', ...names.apt.split(' ')], { env, onLine })
    await install().catch(async () => { await run('apt-get', ['update'], { env }); await install() })
  })
  queue = job.catch(() => undefined)
  await job.catch(error => {
    const reason = String(error.message).split('\n').at(-1)
    throw new Missing(`${what} could not be installed (${reason}): ${commandFor(names)}, then start again.`)
  })
}
