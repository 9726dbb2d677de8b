// Finding programs, and running them.
import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A part that cannot be had; the message is one sentence that says what to do. */
export class Missing extends Error {}

const runnable = file => {
  try { accessSync(file, constants.X_OK); return statSync(file).isFile() } catch { return false }
}

/** The first runnable `name` on the PATH or in the extra folders. */
export const which = (name, extra = []) =>
  [...extra, ...(process.env.PATH ?? '').split(delimiter)].filter(Boolean).map(folder => join(folder, name)).find(runnable)

/** Runs a program; `onLine` sees each line of its output; rejects with the tail of the output. */
export const run = (command, args, { cwd, env, onLine } = {}) => new Promise((resolve, reject) => {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
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
  child.on('close', code => code === 0 ? resolve(output.trim()) : reject(Object.assign(new Error(`${command} ${args[0] ?? ''} ended with ${code}:\n${output.trim().split('\n').slice(-12).join('\n')}`), { output })))
})

/** The output of a program, or undefined when it fails. */
export const ask = (command, args) => run(command, args).catch(() => undefined)

/** True when `version` ("1.18.2", "v20.1", "17.0.15") is at least `least`. */
export const atLeast = (version, least) => {
  const [a, b] = [version, least].map(text => (text.match(/\d+/g) ?? []).map(Number))
  for (let i = 0; i < b.length; i++) if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) > b[i]
  return true
}
