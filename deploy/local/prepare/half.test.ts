import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { halfFolder } from './half.mjs'
import { openBoard } from './progress.mjs'

it.each([
  [false, 'Dapr: an earlier start did not finish it; it is begun again\n'],
  [true, '\x1b[J'],
])('a half-built part of an earlier start is said, terminal or not (%s), and removed; other parts stay', async (isTTY, seen) => {
  const builds = mkdtempSync(join(tmpdir(), 'half-'))
  onTestFinished(() => { rmSync(builds, { recursive: true, force: true }) })
  for (const name of ['.half-dapr-4711', 'dapr-0123456789ab', '.half-kafka']) mkdirSync(join(builds, name))
  const written: string[] = []
  const board = openBoard({ write: text => written.push(text), isTTY })
  const line = board.line('Dapr')
  const half = await halfFolder(builds, 'dapr', line)
  line.say('compiling, 1 packages')
  line.done('built')
  board.close()
  expect(existsSync(half)).toBe(false)
  expect(readdirSync(builds).toSorted()).toEqual(['.half-kafka', 'dapr-0123456789ab'])
  expect(written.join('')).toContain('Dapr: an earlier start did not finish it; it is begun again\n')
  expect(written.join('')).toContain(seen)
})
