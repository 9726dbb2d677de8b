import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, inject, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const demo = (...args: string[]): Promise<{ code: number | null; output: string }> => new Promise(done => {
  const child = spawn(process.execPath, ['scripts/demo/main.ts', '--url', inject('gateway'), '--mail', inject('mail'), ...args], {
    cwd: root, env: { ...process.env, CYBERTASK_HOME: inject('home') },
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString() })
  child.on('close', code => { done({ code, output }) })
})

it('the main job goes through the public door, all places agree on what happened, and it can be taken away', async () => {
  const told = await demo('--items', '80')
  expect(told.output).toContain('Everything agrees')
  expect(told.code).toBe(0)
  const removed = await demo('--remove')
  expect(removed.code, removed.output).toBe(0)
}, 240_000)
