import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { lockFile, readLock } from './lock.ts'
import { prefixFile } from './prepare/app-id-prefix.mjs'
import { startStack } from './stack.ts'

/** A clone whose parts are all this one program, and how its stack is started. */
const clone = (script: string) => {
  const root = mkdtempSync(join(tmpdir(), 'stack-'))
  onTestFinished(() => { rmSync(root, { recursive: true, force: true }) })
  for (const folder of ['dapr', 'components']) symlinkSync(resolve(import.meta.dirname, '../..', folder), join(root, folder))
  mkdirSync(join(root, '.cybertask'))
  for (const name of ['redis', 'sentry', 'placement', 'scheduler', 'daprd']) writeFileSync(join(root, name), script, { mode: 0o755 })
  const parts = { dapr: { folder: root, version: '' }, documents: { kind: 'uri' }, redis: { program: join(root, 'redis'), version: '' }, node: { node: '' } }
  writeFileSync(join(root, '.cybertask/parts.json'), JSON.stringify(parts))
  return { root, home: join(root, 'home'), offset: 14_900, prefix: 'stack-', env: { PATH: process.env['PATH'], SMTP_URL: 'smtp://elsewhere' } }
}

it('a stack that is stopped while its ports are looked at starts nothing', async () => {
  const stack = clone('#!/bin/sh\ntouch started\n')
  const { home } = stack
  const interrupt = new AbortController()
  const starting = startStack({ ...stack, services: [], signal: interrupt.signal })
  // Until something has to be waited for: that are the ports.
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
  expect(existsSync(lockFile(home))).toBe(true)
  interrupt.abort()
  await expect(starting).rejects.toThrow('Stopped while starting.')
  expect([readdirSync(home).includes('started'), existsSync(lockFile(home))]).toEqual([false, false])
})

it('a stack that is stopped while its parts come up says so, and not of each part that it did not', async () => {
  const stack = clone('#!/bin/sh\nexec sleep 60\n')
  const interrupt = new AbortController()
  const starting = startStack({ ...stack, services: [], signal: interrupt.signal }).catch((error: unknown) => String(error))
  await expect.poll(() => readLock(stack.home)?.parts.length).toBe(3)
  interrupt.abort()
  expect(await starting).toBe('Error: Stopped while starting.')
})

/** Says that it is well on the port that it is asked at, as a Redis or over HTTP. */
const well = `#!${process.execPath}
const args = process.argv.slice(2)
const [, port] = /^port (\\d+)/m.exec(args.length > 1 ? '' : require('fs').readFileSync(args[0], 'utf8')) ?? /--(?:healthz|dapr-http)-port,(\\d+)/.exec(args)
require('net').createServer(socket => socket.on('error', () => {}).on('data', data => {
  if (String(data).startsWith('AUTH')) socket.write('+OK\\r\\n+PONG\\r\\n')
  else socket.end('HTTP/1.1 200 OK\\r\\ncontent-length: 0\\r\\nconnection: close\\r\\n\\r\\n')
})).listen(Number(port), '127.0.0.1')
`

it('of several services that refuse their configuration each one\'s mistakes are told, though they refuse one after the other', async () => {
  const stack = clone(well)
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(stack.root, file)), { recursive: true })
    writeFileSync(join(stack.root, file), text)
  }
  write('home/certificates/ca.crt', '')
  const refuses = (mistake: string, afterMs: number): string => `setTimeout(() => { console.error('${mistake}'); process.exit(78) }, ${afterMs})`
  write('services/user/main.ts', refuses('TOKEN_KEY is wrong', 0))
  write('services/task/main.ts', refuses('LOG_LEVEL is wrong', 300))
  const refusal = String(await startStack({ ...stack, services: ['user', 'task'] }).catch((error: unknown) => error))
  expect(refusal).toMatch(/user did not become ready[^\n]+\nTOKEN_KEY is wrong/)
  expect(refusal).toMatch(/task did not become ready[^\n]+\nLOG_LEVEL is wrong/)
  expect(existsSync(lockFile(stack.home))).toBe(false)
  // Under these its state lies, so it keeps them.
  expect(readFileSync(prefixFile(stack.home), 'utf8')).toBe('stack-\n')
})
