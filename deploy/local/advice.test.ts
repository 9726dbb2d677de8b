import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { advice } from './advice.ts'

// Linux has a disk there that is always full.
it.runIf(process.platform === 'linux')('a full disk under documents that lie elsewhere needs doing now, and is told of once', () => {
  const home = mkdtempSync(join(tmpdir(), 'advice-'))
  onTestFinished(() => { rmSync(home, { recursive: true }) })
  const of = (folder: string, cluster?: string): string[] => advice(folder, cluster).filter(line => line.includes(' /proc'))
  expect(of(home, '/proc')).toEqual(['✗ Only 0.0 GB are free at /proc: make room.'])
  expect(of('/proc', '/proc/self')).toHaveLength(1)
  expect(of(home)).toEqual([])
})
