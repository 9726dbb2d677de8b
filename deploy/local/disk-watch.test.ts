import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { dataFolders } from './data-folders.ts'
import { watchDisk } from './disk-watch.ts'

beforeEach(() => { vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }) })
afterEach(() => { vi.useRealTimers() })
const nextLook = () => vi.advanceTimersByTimeAsync(30_000)

it('a disk that gets tight is reported once, and once more when there is room again', async () => {
  const said: string[] = []
  let free = 1
  const stop = watchDisk(() => ['/state'], line => said.push(line), async () => free)
  await nextLook()
  expect(said).toEqual([])
  free = 0.94
  await nextLook()
  free = 0.02
  await nextLook()
  expect(said.splice(0)).toEqual(['Only 0.9 GB are free at /state: make room, or writes will soon be refused.'])
  free = 1
  await nextLook()
  await nextLook()
  expect(said.splice(0)).toEqual(['There is room again at /state.'])
  free = 0.5
  await nextLook()
  expect(said.splice(0)).toEqual(['Only 0.5 GB are free at /state: make room, or writes will soon be refused.'])
  stop()
  free = 5
  await nextLook()
  expect(said).toEqual([])
})

it('unless told otherwise it asks the state folder itself, and says when that cannot be asked', async () => {
  const home = mkdtempSync(join(tmpdir(), 'disk-'))
  rmSync(home, { recursive: true })
  const said: string[] = []
  onTestFinished(watchDisk(() => dataFolders(home, undefined), line => said.push(line)))
  await nextLook()
  await expect.poll(() => said).toEqual([expect.stringMatching(`The free space at ${home} cannot be told: Error: ENOENT`)])
})

it('a disk that cannot be asked for at all is reported, and the watch goes on', async () => {
  const said: string[] = []
  let broken = true
  onTestFinished(watchDisk(() => { if (broken) throw new Error('EIO'); return ['/state'] }, line => said.push(line), async () => 0.5))
  await nextLook()
  expect(said.splice(0)).toEqual(['Where the data is cannot be told: Error: EIO'])
  broken = false
  await nextLook()
  expect(said).toEqual([expect.stringContaining('Only 0.5 GB are free at /state')])
})

// Linux has disks there that are always full.
it.runIf(process.platform === 'linux')('a cluster that lies elsewhere is looked at where its disk is another one', async () => {
  const home = mkdtempSync(join(tmpdir(), 'disk-'))
  onTestFinished(() => { rmSync(home, { recursive: true }) })
  expect([undefined, join(home, '..'), '/nowhere/postgres', '/proc'].map(cluster => dataFolders(home, cluster))).toEqual([[home], [home], [home], [home, '/proc']])
  const said: string[] = []
  onTestFinished(watchDisk(() => dataFolders(home, '/proc'), line => said.push(line)))
  await nextLook()
  await expect.poll(() => said).toEqual(['Only 0.0 GB are free at /proc: make room, or writes will soon be refused.'])
})
