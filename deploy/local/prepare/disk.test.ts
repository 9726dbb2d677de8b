import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { checkDisk, inWords } from './disk.mjs'
import { run } from './find.mjs'

it('a build that the full disk stopped says so in a sentence, whatever else the compiler said', async () => {
  const lines = 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do echo "# pkg/$i"; done'
  const script = `echo "write $WORK/b001/_pkg_.a: no space left on device"; ${lines}; exit 1`
  const failed = await run('sh', ['-c', script]).catch((error: unknown) => error)
  if (!(failed instanceof Error)) throw new Error('it did not fail')
  expect(failed.message).not.toContain('no space')
  expect(inWords(failed)).toBe('The disk is full: make room, then start again.')
  expect(inWords(new Error('The packages could not be installed: npm error code ENOSPC'))).toMatch('The disk is full')
  expect(inWords(new Error('Go is missing.'))).toBe('Go is missing.')
})

it('a disk without room is refused before anything is built, with what is free, what is needed, and what to do', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'disk-'))
  onTestFinished(() => { rmSync(parent, { recursive: true, force: true }) })
  const home = join(parent, 'state')
  await expect(checkDisk(home, 1e9)).rejects.toThrow(
    /^Only [\d.]+ GB are free at .+state, and 1000000000 GB are needed: make room, or choose another folder with CYBERTASK_HOME\.$/)
  await expect(checkDisk(home, 0)).resolves.toBeUndefined()
  expect(existsSync(home)).toBe(true)
})

it('a folder of another user is refused in a sentence, with what to do', () => {
  const home = mkdtempSync(join(tmpdir(), 'disk-'))
  onTestFinished(() => { rmSync(home, { recursive: true, force: true }) })
  chmodSync(home, 0o555)
  // Root may write everywhere, so it becomes somebody else first.
  const script = `import { checkDisk } from ${JSON.stringify(join(import.meta.dirname, 'disk.mjs'))}
    if (process.getuid() === 0) process.setuid(65534)
    await checkDisk(${JSON.stringify(home)}, 0).catch(error => console.log(error.constructor.name, error.message))`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(stdout).toBe(`Missing ${home} may not be written to (EACCES): start as the user that it belongs to, or make it yours with chown -R.\n`)
})
