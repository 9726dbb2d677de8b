import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { bornAt } from './prepare/process-identity.mjs'

/** A repository with a state folder in it and one elsewhere, and what `npm run reset` says there. */
const place = () => {
  const root = mkdtempSync(join(tmpdir(), 'reset-'))
  onTestFinished(() => { rmSync(root, { recursive: true, force: true }) })
  cpSync(join(import.meta.dirname, 'reset.mjs'), join(root, 'deploy/local/reset.mjs'))
  for (const file of ['process-identity.mjs', 'outside-home.mjs']) cpSync(join(import.meta.dirname, 'prepare', file), join(root, 'deploy/local/prepare', file))
  const write = (file: string, value: unknown): void => { mkdirSync(dirname(join(root, file)), { recursive: true }); writeFileSync(join(root, file), JSON.stringify(value)) }
  write('.cybertask/bin/daprd', '')
  write('home/data/broker', '')
  const reset = (...args: string[]) => spawnSync(process.execPath, [join(root, 'deploy/local/reset.mjs'), '--yes', ...args], { env: { ...process.env, CYBERTASK_HOME: join(root, 'home') }, encoding: 'utf8' })
  return { write, reset, has: (file: string) => existsSync(join(root, file)) }
}
const sleeper = () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  onTestFinished(() => { child.kill('SIGKILL') })
  const pid = child.pid ?? 0
  return { pid, born: bornAt(pid) }
}

it('a supervisor that is gone holds nothing, though a stranger has its number', () => {
  const { write, reset, has } = place()
  write('home/lock.json', { ...sleeper(), born: '1', parts: [] })
  expect(reset()).toMatchObject({ status: 0, stdout: expect.stringContaining('The builds stay') })
  expect([has('home/data'), has('.cybertask/bin')]).toEqual([false, true])
})

it('a store that a killed supervisor left running keeps its data', () => {
  const { write, reset, has } = place()
  const left = sleeper()
  write('home/lock.json', { pid: 2 ** 22 - 1, born: '1', parts: [{ ...left, name: 'broker' }] })
  expect(reset()).toMatchObject({ status: 1, stderr: expect.stringContaining(`kill ${left.pid}`) })
  expect(has('home/data/broker')).toBe(true)
})

it('--all removes the builds too, wherever the state folder is, unless another stack runs on them', () => {
  const { write, reset, has } = place()
  write('.cybertask/lock.json', { ...sleeper(), parts: [] })
  expect(reset('--all').status).toBe(1)
  write('.cybertask/lock.json', {})
  expect(reset('--all').status).toBe(0)
  expect([has('home/data'), has('.cybertask/bin')]).toEqual([false, false])
})
