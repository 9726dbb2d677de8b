import { spawn } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { writeWhole } from './files.ts'
import { lockFile, readLock, takeLock } from './lock.ts'
import { bornAt, lives } from './prepare/process-identity.mjs'

const about = { url: 'http://localhost:3000', offset: 0, prefix: '', events: 'redis' }
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'lock-'))
  onTestFinished(() => { rmSync(made, { recursive: true, force: true }) })
  return made
}
const sleeper = () => {
  const { pid = 0 } = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
  return { pid, born: bornAt(pid) }
}

it('a folder is held by one supervisor at a time, and free again after release', async () => {
  const home = folder()
  const lock = await takeLock(home, about, () => {})
  await expect(takeLock(home, about, () => {})).rejects.toThrow('already runs')
  lock.release()
  expect(readLock(home)).toBeUndefined()
})

it('another living supervisor is named with its process and its address', async () => {
  const home = folder()
  const other = sleeper()
  writeWhole(lockFile(home), JSON.stringify({ ...other, since: 'today', parts: [], ...about }))
  await expect(takeLock(home, about, () => {})).rejects.toThrow(`process ${other.pid}, since today, http://localhost:3000`)
  process.kill(other.pid, 'SIGKILL')
})

it('what a killed supervisor left running is ended, and a stranger with the same number is not touched', async () => {
  const home = folder()
  const left = { ...sleeper(), name: 'broker' }
  const stranger = sleeper()
  writeWhole(lockFile(home), JSON.stringify({ pid: 2 ** 22 - 1, born: '1', since: 'today', parts: [left, { pid: stranger.pid, born: '1', name: 'task' }], ...about }))
  const said: string[] = []
  const lock = await takeLock(home, about, line => said.push(line))
  expect(said.join()).toContain('ending what it left: broker')
  expect(lives(left)).toBe(false)
  expect(lives(stranger)).toBe(true)
  process.kill(stranger.pid, 'SIGKILL')
  lock.release()
})

it('an unreadable lock does not keep anybody out', async () => {
  const home = folder()
  writeWhole(lockFile(home), '{"pid":')
  const lock = await takeLock(home, about, () => {})
  expect(readLock(home)?.pid).toBe(process.pid)
  lock.release()
})

it('a lock of which something cannot be read any more keeps others out all the same', () => {
  const home = folder()
  writeWhole(lockFile(home), JSON.stringify({ pid: 12, born: '1', since: 'today', parts: [], found: { documents: 'in a way of another version' }, ...about }))
  expect(readLock(home)).toMatchObject({ pid: 12 })
})

it('a lock that cannot be written is told once and written at the next change: the death of a part on a full disk is not that of all', async () => {
  const home = folder()
  const said: string[] = []
  const lock = await takeLock(home, about, line => said.push(line))
  const parts = [{ name: 'broker', pid: process.pid }]
  renameSync(home, `${home}.away`)
  writeFileSync(home, '')
  for (let i = 0; i < 3; i++) lock.update(parts)
  expect(said).toEqual([expect.stringContaining('lock.json could not be written')])
  rmSync(home)
  renameSync(`${home}.away`, home)
  lock.update(parts)
  expect(readLock(home)?.parts).toMatchObject(parts)
  lock.release()
})
