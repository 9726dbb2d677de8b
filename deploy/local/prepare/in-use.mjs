// Who runs on the packages and builds of a clone: they are not taken away from under it. Runs without node_modules.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bornAt, lives } from './process-identity.mjs'

const fileOf = folder => join(folder, 'in-use.json')

/** The processes that run on them now. */
export const usersOf = folder => { try { return JSON.parse(readFileSync(fileOf(folder), 'utf8')).filter(lives) } catch { return [] } }

/** Adds this process, until it ends. Only who has the turn to prepare may. */
export const useParts = (folder, command) => {
  const half = `${fileOf(folder)}.${process.pid}.half`
  writeFileSync(half, JSON.stringify([...usersOf(folder), { pid: process.pid, born: bornAt(process.pid), command }]))
  renameSync(half, fileOf(folder))
}
