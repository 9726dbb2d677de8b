// Finding programs, and running them.
import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A part that cannot be had; the message is one sentence that says what to do. */
export class Missing extends Error {}

const runnable = file => {
  try { accessSync(file, constants.X_OK); return statSync(file).isFile() } catch { return false }
}

const places = (name, extra) => [...extra, ...(process.env.PATH ?? '').split(delimiter)].filter(Boolean).map(folder => join(folder, name))
/** The first runnable `name` in the extra folders or on the PATH. */
export const which = (name, extra = []) => places(name, extra).find(runnable)
/** Every runnable `name`, in that order. */
export const whichAll = (name, extra = []) => places(name, extra).filter(runnable)

// A program whose parent was killed would go on while the next start begins the same one in the same folder.
const setpriv = process.platform === 'linux' ? which('setpriv', ['/usr/bin']) : undefined
const mortal = (command, signal) => setpriv ? [setpriv, '--pdeathsig', signal.replace('SIG', ''), '--', command] : [command]

const running = new Map()
let brokenAt

/** Ends the programs that `run` began, with all that they began, and lets it begin no other; called again a second later or more, at once. */
export const breakOff = () => {
  // One Ctrl-C can come twice: from the terminal, and passed on by npm.
  if (performance.now() - brokenAt < 1_000) return
  for (const [{ pid }, signal] of running) try { process.kill(-pid, brokenAt === undefined ? signal : 'SIGKILL') } catch { /* It has ended. */ }
  brokenAt ??= performance.now()
}
/** True once it has been called. */
export const brokenOff = () => brokenAt !== undefined

/**
 * Runs a program; `onLine` sees each line of its output; rejects with the tail of the output.
 * Who breaks it off does so with Ctrl-C's signal: compilers tidy up after themselves then, and apt-get goes on to the end of what dpkg is at.
 */
export const run = (command, args, { cwd, env, onLine, breakBy = 'SIGINT' } = {}) => new Promise((resolve, reject) => {
  if (brokenOff()) { reject(new Missing('Stopped.')); return }
  // A group of its own, which can be ended as a whole and does not hear the terminal's Ctrl-C besides.
  const [program, ...before] = mortal(command, breakBy)
  const child = spawn(program, [...before, ...args], { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  running.set(child, breakBy)
  let output = ''
  let rest = ''
  const take = chunk => {
    output = (output + chunk).slice(-64_000)
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine?.(line)
  }
  child.stdout.setEncoding('utf8').on('data', take)
  child.stderr.setEncoding('utf8').on('data', take)
  child.on('error', reject)
  child.on('close', () => running.delete(child))
  child.on('close', code => {
    if (code === 0) {
      resolve(output.trim())
      return
    }
    const end = output.trim().split('\n').slice(-12).join('\n')
    reject(Object.assign(new Error(`${command} ${args[0] ?? ''} ended with ${code}:\n${end}`), { output }))
  })
})

/** The output of a program, or undefined when it fails. */
export const ask = (command, args) => run(command, args).catch(() => undefined)

/** True when `version` ("1.18.2", "v20.1", "17.0.15") is at least `least`. */
export const atLeast = (version, least) => {
  const [a, b] = [version, least].map(text => (text.match(/\d+/g) ?? []).map(Number))
  for (let i = 0; i < b.length; i++) if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) > b[i]
  return true
}
