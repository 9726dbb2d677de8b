// The Dapr runtime: a release found on the machine, else the one that dapr/runtime builds.
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ask, atLeast, which } from './find.mjs'
import { goBuild } from './go-build.mjs'

const version = '1.18.2'
const programs = ['daprd', 'placement', 'scheduler', 'sentry']

const installed = async () => {
  const daprd = which('daprd', [process.env.DAPR_RUNTIME_DIR, join(homedir(), '.dapr/bin')].filter(Boolean))
  const found = daprd && (await ask(daprd, ['--version']))
  if (!daprd || !found || !atLeast(found, version)) return undefined
  const folder = join(daprd, '..')
  return programs.every(name => existsSync(join(folder, name))) ? { folder, version: found.trim() } : undefined
}

export const prepareDapr = async ({ root, builds, users }, line) => {
  const release = await installed()
  if (release) {
    line.done(`${release.version}, found in ${release.folder}`)
    return release
  }
  const { folder, built } = await goBuild({
    name: 'dapr', what: `Dapr ${version}`, source: join(root, 'dapr/runtime'), builds, users, least: '1.26.5', packages: ['tool'], programs,
    tags: 'stablecomponents', ldflags: `-X github.com/dapr/dapr/pkg/buildinfo.version=${version}`,
  }, line)
  line.done(`${version}, ${built ? 'built' : 'built earlier'}`)
  return { folder, version }
}
