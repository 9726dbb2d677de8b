import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { clustersOf, placeFile } from './cluster.mjs'

const stateFolder = (): string => {
  const parent = mkdtempSync(join(tmpdir(), 'cluster-'))
  onTestFinished(() => { rmSync(parent, { recursive: true, force: true }) })
  mkdirSync(join(parent, 'state/data/postgres'), { recursive: true })
  return join(parent, 'state')
}

it('the cluster of before anything was noted is the one that lies there', () => {
  const home = stateFolder()
  expect(clustersOf(home)).toEqual([join(home, 'data/postgres')])
  rmSync(join(home, 'data'), { recursive: true })
  expect(clustersOf(home)).toEqual([])
})

it('a cluster in the state folder goes with it, and one elsewhere stays where it was noted', () => {
  const home = stateFolder()
  writeFileSync(placeFile(home), 'data/postgres\n')
  renameSync(home, `${home}.new`)
  expect(clustersOf(`${home}.new`)).toEqual([join(`${home}.new`, 'data/postgres')])
  writeFileSync(placeFile(`${home}.new`), '/var/lib/cybertask/0123456789ab/postgres\n')
  cpSync(`${home}.new`, home, { recursive: true })
  expect(clustersOf(home)).toEqual(['/var/lib/cybertask/0123456789ab/postgres'])
  expect(existsSync(join(home, 'data/postgres'))).toBe(true)
})
