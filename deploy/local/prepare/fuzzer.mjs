// Schemathesis, for the tests only: a Python environment of its own, with the versions that are written down.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { constants, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ask, atLeast, Missing, run, which } from './find.mjs'
import { installPackages } from './debian.mjs'
import { isWhole, markWhole } from './whole.mjs'

const usable = async () => {
  const python = which('python3')
  const version = python && await ask(python, ['-c', 'import ensurepip, platform, venv; print(platform.python_version())'])
  return version && atLeast(version, '3.10') ? python : undefined
}

const install = async ({ root, builds }, line) => {
  const wanted = join(root, 'tests/security/fuzz/requirements.txt')
  const folder = join(builds, `fuzzer-${createHash('sha256').update(await readFile(wanted)).digest('hex').slice(0, 12)}`)
  const name = 'bin/schemathesis'
  const program = join(folder, name)
  if (existsSync(join(folder, 'whole')) && await isWhole(folder, [name], line, constants.X_OK)) return program
  const packages = { apt: 'python3 python3-venv', brew: 'python' }
  const python = await usable() ?? await installPackages('Python 3.10 or newer with venv (the fuzzer needs it)', packages, line).then(usable)
  if (!python) throw new Missing('Python was installed, but no python3 of version 3.10 or newer with venv is on the PATH: put it there, then start again.')
  // Its scripts name the folder they were made in, so it is made where it stays; the mark says that nothing broke off.
  await rm(folder, { recursive: true, force: true })
  await mkdir(builds, { recursive: true })
  line.say('fetching 30 MB from the Python Package Index')
  await run(python, ['-m', 'venv', folder])
  const options = ['--quiet', '--disable-pip-version-check', '--no-input', '--no-deps', '--only-binary=:all:']
  await run(join(folder, 'bin/python'), ['-m', 'pip', 'install', ...options, '-r', wanted]).catch(error => {
    const reason = String(error.message).trim().split('\n').at(-1)
    throw new Missing(`The fuzzer could not be installed from the Python Package Index: ${reason}`)
  })
  await markWhole(folder, [name])
  return program
}

/** What cannot be had is told by the one test that needs it, so that all others run. */
export const prepareFuzzer = async (place, line) => {
  try {
    const program = await install(place, line)
    line.done('schemathesis 4.32.5')
    return { program }
  } catch (error) {
    if (!(error instanceof Missing)) throw error
    line.fail('missing: its test will say why')
    return { missing: error.message }
  }
}
