import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { lockFile } from './lock.ts'
import { startStack } from './stack.ts'

it('a stack that is stopped while its ports are looked at starts nothing', async () => {
  const root = mkdtempSync(join(tmpdir(), 'stack-'))
  onTestFinished(() => { rmSync(root, { recursive: true, force: true }) })
  for (const folder of ['dapr', 'components']) symlinkSync(resolve(import.meta.dirname, '../..', folder), join(root, folder))
  mkdirSync(join(root, '.cybertask'))
  const started = join(root, 'started')
  const program = join(root, 'sentry')
  writeFileSync(program, `#!/bin/sh\ntouch ${started}\n`, { mode: 0o755 })
  const parts = { dapr: { folder: root, version: '' }, documents: { kind: 'uri' }, redis: { program, version: '' }, node: { node: '' } }
  writeFileSync(join(root, '.cybertask/parts.json'), JSON.stringify(parts))
  const home = join(root, 'home')
  const interrupt = new AbortController()
  const starting = startStack({ root, home, offset: 14_900, services: [], env: { PATH: process.env['PATH'], SMTP_URL: 'smtp://elsewhere' }, signal: interrupt.signal })
  // Until something has to be waited for: that are the ports.
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
  expect(existsSync(lockFile(home))).toBe(true)
  interrupt.abort()
  await expect(starting).rejects.toThrow('Stopped while starting.')
  expect([existsSync(started), existsSync(lockFile(home))]).toEqual([false, false])
})
