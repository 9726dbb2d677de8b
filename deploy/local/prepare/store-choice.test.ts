import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { chooseStore } from './store-choice.mjs'

const stateWith = (...folders: string[]): string => {
  const home = mkdtempSync(join(tmpdir(), 'store-'))
  onTestFinished(() => { rmSync(home, { recursive: true, force: true }) })
  for (const folder of folders) mkdirSync(join(home, 'data', folder), { recursive: true })
  return home
}

it('an empty state folder takes the mongod of the machine, or FerretDB where there is none', () => {
  expect(chooseStore(stateWith(), '/usr/bin/mongod')).toEqual({ kind: 'mongod', kept: false })
  expect(chooseStore(stateWith(), undefined)).toEqual({ kind: 'ferretdb', kept: false })
})

it('a mongod that was installed later does not take the place of the store with the data', () => {
  expect(chooseStore(stateWith('postgres'), '/usr/bin/mongod')).toEqual({ kind: 'ferretdb', kept: true })
  expect(chooseStore(stateWith('mongo'), '/usr/bin/mongod').kind).toBe('mongod')
})

it('a mongod that has gone is missed when the data is its', () => expect(() => chooseStore(stateWith('mongo'), undefined)).toThrow('put it back'))
