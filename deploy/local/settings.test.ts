import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { settingsFrom } from './settings.ts'

const rootWith = (...sets: string[]): string => {
  const root = mkdtempSync(join(tmpdir(), 'settings-'))
  onTestFinished(() => { rmSync(root, { recursive: true, force: true }) })
  for (const set of sets) mkdirSync(join(root, 'components', set), { recursive: true })
  return root
}

it('events go through Redis, or through the broker of any folder in components', () => {
  const root = rootWith('local', 'kafka', 'nats')
  expect([{}, { EVENTS: 'local' }, { EVENTS: 'redis' }, { EVENTS: 'nats' }].map(env => settingsFrom(env, root).events)).toEqual(['redis', 'redis', 'redis', 'nats'])
  expect(() => settingsFrom({ EVENTS: 'pulsar' }, root)).toThrow('EVENTS is wrong: must be redis or a folder in components/: kafka, nats.')
})
