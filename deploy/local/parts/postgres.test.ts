import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { freeOutside, ownOutside, placeFile } from '../prepare/cluster.mjs'
import { outside } from '../prepare/outside-home.mjs'
import { clusterElsewhere, clusterFolder, postgresPart, removeState } from './postgres.ts'

const isRoot = process.getuid?.() === 0
/** A state folder in a folder that anybody may enter, and an initdb that makes what is looked at here. */
const machine = (mode: number) => {
  const root = mkdtempSync(join(tmpdir(), 'postgres-'))
  chmodSync(root, 0o755)
  onTestFinished(() => { rmSync(root, { recursive: true, force: true }) })
  const bin = join(root, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'initdb'), '#!/bin/sh\necho 17 > "$2/PG_VERSION"\necho > "$2/postgresql.conf"\n', { mode: 0o755 })
  const state = (name: string): string => {
    const home = join(root, name)
    onTestFinished(() => { removeState(home) })
    mkdirSync(home, { recursive: true })
    chmodSync(home, mode)
    return home
  }
  const start = async (home: string): Promise<string> => {
    await postgresPart({ home, env: process.env }, bin).before?.()
    return clusterFolder(home)
  }
  return { state, start }
}
const outsidePlace = /^\/var\/lib\/cybertask\/[0-9a-f]{12}\/postgres$/

it.runIf(isRoot)('root hears where the documents lie when the state folder is closed to the user of PostgreSQL', () => {
  expect(clusterElsewhere(machine(0o700).state('state'))).toMatch(outsidePlace)
})

it.runIf(isRoot)('documents elsewhere stay those of a state folder that is renamed, or opened, and go with it when it is removed', async () => {
  const { state, start } = machine(0o700)
  const home = state('state')
  const cluster = await start(home)
  expect(cluster).toMatch(outsidePlace)
  const renamed = state('renamed')
  rmSync(renamed, { recursive: true })
  renameSync(home, renamed)
  expect(await start(renamed)).toBe(cluster)
  chmodSync(renamed, 0o755)
  expect(await start(renamed)).toBe(cluster)
  removeState(renamed)
  expect(existsSync(dirname(cluster))).toBe(false)
})

it.runIf(isRoot)('a new state folder where another one lay does not take its documents, and begins its own once it is known where that lies now', async () => {
  const { state, start } = machine(0o700)
  const home = state('state')
  const cluster = await start(home)
  const moved = state('moved')
  rmSync(moved, { recursive: true })
  renameSync(home, moved)
  state('state')
  await expect(start(home)).rejects.toThrow(`${cluster} holds the documents of another state folder that lay in ${home}`)
  expect(ownOutside(home)).toEqual([])
  expect(await start(moved)).toBe(cluster)
  expect(await start(home)).not.toBe(cluster)
  removeState(home)
  expect(await start(moved)).toBe(cluster)
})

it.runIf(isRoot)('a copy of a state folder does not take the documents of the one that it was copied from', async () => {
  const { state, start } = machine(0o700)
  const home = state('state')
  const cluster = await start(home)
  const copy = state('copy')
  cpSync(home, copy, { recursive: true })
  expect(() => clusterFolder(copy)).toThrow(`${cluster} holds the documents of ${home}: start from there`)
  expect(ownOutside(copy)).toEqual([])
})

it.runIf(isRoot)('documents in a state folder that was closed later are asked back, not begun anew', async () => {
  const { state, start } = machine(0o755)
  const home = state('state')
  expect(await start(home)).toBe(join(home, 'data/postgres'))
  chmodSync(home, 0o700)
  expect(() => clusterFolder(home)).toThrow(/may not read the documents in .+\/data\/postgres: .+chmod o\+x/)
})

it.runIf(isRoot)('an installation whose place was never noted goes on with its documents', async () => {
  const { state, start } = machine(0o700)
  const home = state('state')
  const cluster = await start(home)
  for (const file of [placeFile(home), join(outside(home), 'state-folder')]) rmSync(file)
  chmodSync(home, 0o755)
  expect(await start(home)).toBe(cluster)
  expect(readFileSync(placeFile(home), 'utf8')).toBe(`${cluster}\n`)
  expect(freeOutside(home)).not.toBe(cluster)
})

it('documents that are known and gone are missed', () => {
  const home = machine(0o755).state('state')
  writeFileSync(placeFile(home), 'data/postgres\n')
  expect(() => clusterFolder(home)).toThrow(/lie in .+\/data\/postgres, and that is gone: put it back, or .+npm run reset/)
})

it.runIf(isRoot).each([0o700, 0o755])('whatever the umask of root, the user of PostgreSQL gets through to its documents: state folder %o', async mode => {
  const { state, start } = machine(mode)
  const before = process.umask(0o077)
  onTestFinished(() => { process.umask(before) })
  const cluster = await start(state('state'))
  const asPostgres = ['--reuid=postgres', '--regid=postgres', '--init-groups', 'cat', join(cluster, 'cybertask.conf')]
  expect(execFileSync('setpriv', asPostgres, { encoding: 'utf8' })).toContain('unix_socket_directories')
})
