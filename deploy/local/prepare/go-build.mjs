// Go programs are built once per content of their module; the folder's name carries the hash, and only a finished build gets that name.
import { createHash } from 'node:crypto'
import { constants, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { ask, atLeast, Missing, run, which } from './find.mjs'
import { repair } from './go-repair.mjs'
import { halfFolder } from './half.mjs'
import { isWhole, markWhole } from './whole.mjs'

// Without C, as Dapr's releases are built: no C compiler is needed. A roomy machine is spared most of the compiler's tidying up.
const building = { GOFLAGS: '', CGO_ENABLED: '0', ...(totalmem() > 8 * 1024 ** 3 && { GOGC: '400' }) }
const inputs = /(\.go|\.sql|go\.mod|go\.sum)$/

const hashOf = async (folder, flags) => {
  const hash = createHash('sha256').update(JSON.stringify([flags, process.platform, process.arch]))
  for (const name of (await readdir(folder)).filter(file => inputs.test(file)).sort()) hash.update(name).update(await readFile(join(folder, name)))
  return hash.digest('hex').slice(0, 12)
}

/**
 * What the environment of a build adds for an installed Go of this version; undefined when it is too old. Go 1.21 and newer fetch the
 * toolchain that a module asks for, if they are let (`GOTOOLCHAIN=local` forbids it).
 */
export const toolchainFor = (version, least) => atLeast(version, least) ? {} : atLeast(version, '1.21') ? { GOTOOLCHAIN: 'auto' } : undefined

const findGo = async (least, what) => {
  for (const go of [which('go'), which('go', ['/usr/local/go/bin', '/opt/homebrew/bin'])].filter(Boolean)) {
    const version = await ask(go, ['env', 'GOVERSION'])
    const env = version && toolchainFor(version, least)
    if (env) return { go, env: { ...building, ...env } }
  }
  throw new Missing(`${what} and Go ${least} to build it are both missing: install Go from https://go.dev/dl/, then start again.`)
}

/**
 * The folder with the `programs` of a module, built if need be. `ldflags` and `tags` are those of `go build`; `repairs` is what
 * `go-repair.mjs` mends of a module that it needs. An older build stays while somebody may run on it (`users`).
 */
export const goBuild = async ({ name, what, source, ldflags = '', tags = '', packages, programs, repairs, builds, users, least }, line) => {
  const flags = ['-trimpath', '-gcflags=all=-dwarf=false', '-tags', tags, '-ldflags', `-s -w ${ldflags}`]
  const target = join(builds, `${name}-${await hashOf(source, [...flags, ...packages, ...(repairs ? [JSON.stringify(repairs)] : [])])}`)
  if (await isWhole(target, programs, line, constants.X_OK)) return { folder: target, built: false }
  const { go, env } = await findGo(least, what)
  const half = await halfFolder(builds, name, line)
  await mkdir(half, { recursive: true })
  let compiled = 0
  let fetched = 0
  const onLine = text => {
    if (text.startsWith('go: downloading')) line.say(`fetching modules, ${++fetched}`)
    else if (/^[\w.-]+(\/[\w.~-]+)*$/.test(text)) line.say(`compiling, ${++compiled} packages`)
  }
  const running = { cwd: source, env, onLine }
  // Looking at what a program is made of fetches it; that may go on beside another build.
  await run(go, ['list', '-deps', '-f', '{{""}}', ...flags, ...packages], running)
  const mended = repairs ? await repair({ go, source, env, into: join(half, 'source'), ...repairs }) : []
  await inTurn(() => run(go, ['build', '-v', ...mended, ...flags, '-o', `${half}/`, ...packages], running))
  await rm(join(half, 'source'), { recursive: true, force: true })
  await markWhole(half, programs)
  await rm(target, { recursive: true, force: true })
  await rename(half, target)
  if (!users.length) {
    const older = (await readdir(builds)).filter(file => file.startsWith(`${name}-`) && join(builds, file) !== target)
    for (const old of older) await rm(join(builds, old), { recursive: true, force: true })
  }
  return { folder: target, built: true }
}

// Each build keeps both processors busy, and what two programs have in common is compiled once when they come one after the other.
let turn = Promise.resolve()
const inTurn = build => {
  const mine = turn.then(build)
  turn = mine.catch(() => {})
  return mine
}
